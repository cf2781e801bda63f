package link_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"net/url"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/link"
	"github.com/clickspan/clickspan/internal/wire"
)

func gz(t *testing.T, name string) *gzip.Reader {
	f, err := os.Open("../../test/testdata/conduit/" + name + ".gz")
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

type kv struct {
	Key   string
	Value map[string]any
}

func attrs(list []kv) map[string]string {
	m := map[string]string{}
	for _, a := range list {
		for _, v := range a.Value {
			switch x := v.(type) {
			case string:
				m[a.Key] = x
			case float64:
				m[a.Key] = strconv.Itoa(int(x))
			}
		}
	}
	return m
}

func browser(t *testing.T) link.Rows {
	var rows link.Rows
	sc := bufio.NewScanner(gz(t, "otlp_browser.jsonl"))
	sc.Buffer(nil, 64<<20)
	for sc.Scan() {
		var d struct {
			ResourceSpans []struct {
				Resource   struct{ Attributes []kv }
				ScopeSpans []struct {
					Scope struct{ Name string }
					Spans []struct {
						TraceID, SpanID, ParentSpanID, Name, StartTimeUnixNano, EndTimeUnixNano string
						Attributes                                                              []kv
					}
				}
			}
		}
		if err := json.Unmarshal(sc.Bytes(), &d); err != nil {
			t.Fatal(err)
		}
		for _, rs := range d.ResourceSpans {
			ra := attrs(rs.Resource.Attributes)
			for _, ss := range rs.ScopeSpans {
				for _, s := range ss.Spans {
					a := attrs(s.Attributes)
					n0, _ := strconv.ParseInt(s.StartTimeUnixNano, 10, 64)
					n1, _ := strconv.ParseInt(s.EndTimeUnixNano, 10, 64)
					at := event.Time(time.Unix(0, n0))
					u, _ := url.Parse(a["url.full"])
					o := event.Origin{AgentKey: event.KeyOf(1, 'A', ra["browser.user_agent"])}
					id := event.Identity{SessionID: ra["session.id"]}
					switch s.Name {
					case "GET", "POST", "DELETE", "PUT":
						st, _ := strconv.Atoi(a["http.response.status_code"])
						rows.Calls = append(rows.Calls, event.Call{ID: s.SpanID, Time: at, Duration: time.Duration(n1 - n0), Timed: true, Side: event.Client, Method: s.Name, Path: u.Path, Query: u.RawQuery, Status: st, TraceID: s.TraceID, SpanID: s.SpanID, ParentSpanID: s.ParentSpanID, Identity: id, Origin: o})
					case "click", "submit", "documentLoad", "Navigation: /", "change":
						k := map[string]event.Kind{"click": event.Click, "submit": event.Submit, "documentLoad": event.PageView, "Navigation: /": event.RouteChange, "change": event.Change}[s.Name]
						rows.Events = append(rows.Events, event.Event{ID: s.SpanID, Time: at, Name: s.Name, Kind: k, Duration: time.Duration(n1 - n0), TraceID: s.TraceID, SpanID: s.SpanID, Identity: id, Origin: o, Page: event.Page{Path: u.Path}})
					}
				}
			}
		}
	}
	return rows
}

func server(t *testing.T, file, format string) []event.Call {
	f, ok := wire.Lookup(format)
	if !ok {
		t.Fatal(format)
	}
	var rec wire.Recorder
	if err := f.Decode(gz(t, file), wire.Options{}, &rec); err != nil {
		t.Fatal(err)
	}
	t.Log(file, len(rec.Records.Calls), rec.Rejected)
	for i := range rec.Records.Calls {
		c := &rec.Records.Calls[i]
		c.AgentKey = event.KeyOf(1, 'A', c.UserAgent)
		c.ClientKey = event.KeyOf(1, 'C', c.UserAgent)
	}
	return rec.Records.Calls
}

func TestRecordingDev(t *testing.T) {
	truth := map[string]event.Call{}
	for _, c := range server(t, "nginx_json.log", "nginx-json") {
		truth[c.RequestID] = c
	}
	js := server(t, "nginx_json.log", "nginx-json")
	for _, f := range []struct{ file, format string }{
		{"nginx_json.log", "nginx-json"}, {"nginx_timed.log", "nginx-timed"}, {"nginx_combined.log", "combined"},
		{"apache_vhost_timed.log", "apache-vhost"}, {"caddy_access.jsonl", "caddy"},
	} {
		for _, strip := range []bool{false, true} {
			rows := browser(t)
			calls := server(t, f.file, f.format)
			want := map[string]string{}
			have := map[string]bool{}
			for _, c := range rows.Calls {
				have[c.SpanID] = true
			}
			for i := range calls {
				c := &calls[i]
				tr := *c
				if f.file == "nginx_combined.log" {
					tr = js[i]
				}
				p := tr.ParentSpanID
				if f.format == "caddy" || f.format == "apache-vhost" {
					p = truth[c.RequestID].ParentSpanID
				}
				if have[p] {
					want[c.ID] = p
				}
				if strip {
					c.TraceID, c.SpanID, c.ParentSpanID, c.RequestID = "", "", "", ""
				}
			}
			rows.Calls = append(rows.Calls, calls...)
			right, wrong := 0, 0
			clients := map[string]bool{}
			bins := [10][2]int{}
			unlinked := map[link.Reason]int{}
			t0 := time.Now()
			blocks := link.Blocks(rows)
			byMethod := map[event.Method]int{}
			for _, b := range blocks {
				r := link.Link(b, link.Options{})
				for _, k := range r.Links {
					if k.ServerCallID == "" || k.ClientCallID == "" {
						byMethod["-"+k.Method]++
						continue
					}
					byMethod[k.Method]++
					n := min(9, int(k.Confidence*10))
					bins[n][1]++
					if want[k.ServerCallID] == k.ClientCallID {
						right++
						clients[k.ClientCallID] = true
						bins[n][0]++
					} else {
						wrong++
						if strip && os.Getenv("SHOW") == f.file {
							var cc, ss, tt event.Call
							for _, c := range rows.Calls {
								if c.ID == k.ClientCallID {
									cc = c
								}
								if c.ID == k.ServerCallID {
									ss = c
								}
								if want[c.ID] == k.ClientCallID && c.Status < 300 {
									tt = c
								}
							}
							t.Log(k.Confidence, cc.Method, cc.Path, cc.Status, cc.Time.Format("05.000"), cc.End().Format("05.000"), "GOT", ss.Path, ss.Status, ss.Time.Format("05.000"), ss.End().Format("05.000"), "WANT", tt.Path, tt.Time.Format("05.000"), tt.End().Format("05.000"), want[k.ServerCallID])
						}
					}
				}
				for _, u := range r.Unlinked {
					unlinked[u.Reason]++
				}
			}
			if strip && os.Getenv("MISS") == f.file {
				for _, c := range rows.Calls {
					if c.Side == event.Client && !clients[c.ID] {
						t.Log("MISS", c.Method, c.Path, c.Status, c.Time.Format("05.000"), c.End().Format("05.000"))
						for _, s := range rows.Calls {
							if want[s.ID] == c.ID {
								t.Log("     has", s.Method, s.Path, s.Status, s.Time.Format("05.000"), s.End().Format("05.000"), s.Timed, s.Grain)
							}
						}
					}
				}
			}
			t.Logf("%s strip=%v blocks=%d want=%d right=%d wrong=%d precision=%.3f clients=%d bins=%v %v %v %v", f.file, strip, len(blocks), len(want), right, wrong, float64(right)/float64(right+wrong), len(clients), bins, byMethod, unlinked, time.Since(t0))
		}
	}
}
