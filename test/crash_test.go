package test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestKillNineLosesNothingAcknowledged kills the server twenty times in a row
// while four senders post; every acknowledged record must be there exactly once,
// and what was not acknowledged, once it has been sent again, too.
func TestKillNineLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts a process twenty times")
	}
	const rounds, senders, perBatch = 20, 4, 200
	data := t.TempDir()
	began := time.Now().UTC().Add(-time.Hour).Truncate(time.Second)
	sent := map[string]bool{} // id → acknowledged
	var mu sync.Mutex

	for round := range rounds {
		s := serve(t, data)
		var wait sync.WaitGroup
		enough := make(chan struct{})
		var once sync.Once
		acknowledged := 0
		for sender := range senders {
			wait.Go(func() {
				for batch := 0; ; batch++ {
					ids, body := callsNDJSON(began, fmt.Sprintf("%d-%d-%d", round, sender, batch), perBatch)
					mu.Lock()
					for _, id := range ids {
						sent[id] = false
					}
					mu.Unlock()
					if !post(s.url+"/intake/calls", body) {
						return // the server is gone
					}
					mu.Lock()
					for _, id := range ids {
						sent[id] = true
					}
					acknowledged++
					if acknowledged >= 5+round {
						once.Do(func() { close(enough) })
					}
					mu.Unlock()
				}
			})
		}
		<-enough
		s.kill() // while requests are under way
		wait.Wait()
	}

	s := serve(t, data)
	seen := storedCalls(s, began)
	acknowledged := 0
	for id, ok := range sent {
		if ok {
			acknowledged++
		}
		if n := seen[id]; n > 1 || ok && n != 1 {
			t.Fatalf("record %s (acknowledged: %v) is stored %d times", id, ok, n)
		}
	}
	t.Logf("%d records sent, %d acknowledged, %d stored after %d kills", len(sent), acknowledged, len(seen), rounds)
	if acknowledged == 0 {
		t.Fatal("nothing was acknowledged; the test proved nothing")
	}

	// A sender that got no answer sends again; that must not count anything twice.
	for round := range rounds {
		for sender := range senders {
			for batch := 0; ; batch++ {
				ids, body := callsNDJSON(began, fmt.Sprintf("%d-%d-%d", round, sender, batch), perBatch)
				if _, was := sent[ids[0]]; !was {
					break
				}
				if !post(s.url+"/intake/calls", body) {
					t.Fatal("sending again failed")
				}
			}
		}
	}
	if again := storedCalls(s, began); len(again) != len(sent) {
		t.Fatalf("%d records were sent, %d are stored", len(sent), len(again))
	} else {
		for id, n := range again {
			if n != 1 {
				t.Fatalf("after sending again record %s is stored %d times", id, n)
			}
		}
	}
	s.stop()
}

// callsNDJSON makes a batch of calls whose ids and times depend on name only, so
// that sending it again is the same batch.
func callsNDJSON(began time.Time, name string, n int) (ids []string, body []byte) {
	var b bytes.Buffer
	for i := range n {
		id := fmt.Sprintf("%s-%d", name, i)
		ids = append(ids, id)
		fmt.Fprintf(&b, `{"id":%q,"time":%q,"side":"server","method":"GET","path":"/orders/%d","status":200,"duration_us":%d,"service":"shop"}`+"\n",
			id, began.Add(time.Duration(i)*time.Millisecond).Format(time.RFC3339Nano), i, 1000+i)
	}
	return ids, b.Bytes()
}

// post reports whether the records were acknowledged.
func post(url string, body []byte) bool {
	res, err := http.Post(url, "application/x-ndjson", bytes.NewReader(body))
	if err != nil {
		return false
	}
	defer func() { _ = res.Body.Close() }()
	_, err = io.Copy(io.Discard, res.Body)
	return err == nil && res.StatusCode == http.StatusOK
}

// storedCalls pages through all calls and counts how often each id is there.
func storedCalls(s *server, began time.Time) map[string]int {
	s.t.Helper()
	seen := map[string]int{}
	query := url.Values{
		"from": {began.Add(-time.Hour).Format(time.RFC3339)}, "to": {began.Add(time.Hour).Format(time.RFC3339)}, "limit": {"1000"},
	}
	for {
		var page struct {
			Rows []struct{ ID string } `json:"rows"`
			Next string                `json:"next"`
		}
		s.get("/api/v1/calls?"+query.Encode(), &page)
		for _, row := range page.Rows {
			seen[row.ID]++
		}
		if page.Next == "" {
			return seen
		}
		query.Set("cursor", strings.Clone(page.Next))
	}
}
