package meta_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/meta"
)

// clock is a test's own time.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func (c *clock) pass(d time.Duration) { c.t = c.t.Add(d) }

func open(t *testing.T) (*meta.DB, *clock, string) {
	t.Helper()
	c := &clock{time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	path := filepath.Join(t.TempDir(), "with space & 100%", "settings.db")
	return reopen(t, c, path), c, path
}

func reopen(t *testing.T, c *clock, path string) *meta.DB {
	t.Helper()
	db, err := meta.Open(t.Context(), path, c.now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func TestFilesArePrivateAndSurviveReopening(t *testing.T) {
	t.Parallel()
	db, c, path := open(t)
	secret, err := db.PseudonymSecret(t.Context())
	if err != nil || len(secret) != 32 {
		t.Fatalf("secret %x, %v", secret, err)
	}
	again := reopen(t, c, path)
	if second, err := again.PseudonymSecret(t.Context()); err != nil || !cmp.Equal(secret, second) {
		t.Errorf("the secret changed: %v", err)
	}
	err = filepath.WalkDir(filepath.Dir(path), func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is readable by others: %s", name, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	t.Parallel()
	db, c, path := open(t)
	if err := db.SetVersion(t.Context(), 99); err != nil {
		t.Fatal(err)
	}
	if _, err := meta.Open(t.Context(), path, c.now); !event.IsPermanent(err) {
		t.Errorf("a newer file was opened: %v", err)
	}
}

func TestProjects(t *testing.T) {
	t.Parallel()
	db, _, _ := open(t)
	made, err := db.CreateProject(t.Context(), "shop-2")
	if err != nil || made.ID <= meta.DefaultProject {
		t.Fatalf("%+v, %v", made, err)
	}
	found, err := db.Project(t.Context(), "shop-2")
	if d := cmp.Diff(made, found); d != "" || err != nil {
		t.Error(d, err)
	}
	all, err := db.Projects(t.Context())
	if err != nil || len(all) != 2 || all[0].Name != "default" {
		t.Errorf("%+v, %v", all, err)
	}
	for _, bad := range []string{"shop-2", "", "a b", "-x", strings.Repeat("x", 65)} {
		if _, err := db.CreateProject(t.Context(), bad); !event.IsPermanent(err) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := db.Project(t.Context(), "nope"); !errors.Is(err, meta.ErrNotFound) {
		t.Errorf("unknown project: %v", err)
	}
}

func TestIngestKeys(t *testing.T) {
	t.Parallel()
	db, c, path := open(t)
	secret, made, err := db.CreateKey(t.Context(), 1, meta.BrowserKey, []string{"https://shop.example"}, "the shop")
	if err != nil || !strings.HasPrefix(secret, "cs_b_") || !strings.HasPrefix(secret, made.Prefix) || len(made.Prefix) > 9 {
		t.Fatalf("%q %+v, %v", secret, made, err)
	}
	found, err := db.LookupKey(t.Context(), secret)
	if d := cmp.Diff(made, found); d != "" || err != nil {
		t.Error(d, err)
	}
	if _, err := db.LookupKey(t.Context(), secret+"x"); !errors.Is(err, meta.ErrNotFound) {
		t.Errorf("a wrong key: %v", err)
	}
	other := reopen(t, c, path)
	if err := other.RevokeKey(t.Context(), made.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := other.LookupKey(t.Context(), secret); !errors.Is(err, meta.ErrNotFound) {
		t.Errorf("a revoked key: %v", err)
	}
	c.pass(time.Minute) // this process remembered the key for a while
	if _, err := db.LookupKey(t.Context(), secret); !errors.Is(err, meta.ErrNotFound) {
		t.Errorf("a key revoked elsewhere: %v", err)
	}
	if err := db.RevokeKey(t.Context(), made.ID); !errors.Is(err, meta.ErrNotFound) {
		t.Errorf("revoked twice: %v", err)
	}
	all, err := db.Keys(t.Context(), 1)
	if err != nil || len(all) != 1 || all[0].Revoked.IsZero() {
		t.Errorf("%+v, %v", all, err)
	}
	assertNowhere(t, path, secret)
}

// assertNowhere checks that text is not in any file beside path.
func assertNowhere(t *testing.T, path, text string) {
	t.Helper()
	names, err := filepath.Glob(strings.ReplaceAll(filepath.Dir(path), "[", "\\[") + "/*")
	if err != nil || len(names) == 0 {
		t.Fatalf("%v %v", names, err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), text) {
			t.Errorf("%q is in %s", text, filepath.Base(name))
		}
	}
}

func TestPeopleWhoLogIn(t *testing.T) {
	t.Parallel()
	db, _, path := open(t)
	if has, err := db.HasAdmin(t.Context()); has || err != nil {
		t.Fatalf("an admin before there was one: %v", err)
	}
	anna, err := db.CreateUser(t.Context(), " anna ", "correct horse", meta.Admin)
	if err != nil || anna.Name != "anna" {
		t.Fatalf("%+v, %v", anna, err)
	}
	if has, err := db.HasAdmin(t.Context()); !has || err != nil {
		t.Errorf("no admin: %v", err)
	}
	if u, err := db.CheckPassword(t.Context(), "Anna", "correct horse"); err != nil || !cmp.Equal(u, anna) {
		t.Errorf("%+v, %v", u, err)
	}
	for _, try := range [][2]string{{"anna", "wrong horse"}, {"bob", "correct horse"}, {"", ""}} {
		if _, err := db.CheckPassword(t.Context(), try[0], try[1]); !errors.Is(err, meta.ErrWrongPassword) {
			t.Errorf("%v: %v", try, err)
		}
	}
	for name, bad := range map[string]func() (meta.User, error){
		"twice":          func() (meta.User, error) { return db.CreateUser(t.Context(), "ANNA", "correct horse", meta.Viewer) },
		"short password": func() (meta.User, error) { return db.CreateUser(t.Context(), "bob", "short", meta.Viewer) },
		"no name":        func() (meta.User, error) { return db.CreateUser(t.Context(), " ", "correct horse", meta.Viewer) },
		"no role":        func() (meta.User, error) { return db.CreateUser(t.Context(), "bob", "correct horse", "owner") },
	} {
		if _, err := bad(); !event.IsPermanent(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	login, err := db.StartLogin(t.Context(), anna, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.SetPassword(t.Context(), "anna", "battery staple"); err != nil {
		t.Fatal(err)
	}
	if _, err := db.LookupCredential(t.Context(), login); !errors.Is(err, meta.ErrNotFound) {
		t.Errorf("the login outlived its password: %v", err)
	}
	if login, err = db.StartLogin(t.Context(), anna, time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := db.DeleteUser(t.Context(), "anna"); err != nil {
		t.Fatal(err)
	}
	if _, err := db.LookupCredential(t.Context(), login); !errors.Is(err, meta.ErrNotFound) {
		t.Errorf("the login outlived its person: %v", err)
	}
	assertNowhere(t, path, "battery staple")
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	db, c, path := open(t)
	anna, err := db.CreateUser(t.Context(), "anna", "correct horse", meta.Viewer)
	if err != nil {
		t.Fatal(err)
	}
	login, err := db.StartLogin(t.Context(), anna, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	token, made, err := db.CreateToken(t.Context(), meta.Admin, "ci", 0)
	if err != nil {
		t.Fatal(err)
	}
	link, err := db.CreateLink(t.Context(), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := db.LookupCredential(t.Context(), login); err != nil || got.User != "anna" || got.Role != meta.Viewer {
		t.Errorf("login %+v, %v", got, err)
	}
	if got, err := db.LookupCredential(t.Context(), token); err != nil || got.Role != meta.Admin || got.Note != "ci" {
		t.Errorf("token %+v, %v", got, err)
	}
	if _, err := db.LookupCredential(t.Context(), link); !errors.Is(err, meta.ErrNotFound) {
		t.Errorf("a link is a credential by itself: %v", err)
	}
	if err := db.UseLink(t.Context(), link); err != nil {
		t.Errorf("link: %v", err)
	}
	if err := db.UseLink(t.Context(), link); !errors.Is(err, meta.ErrNotFound) {
		t.Errorf("a link opened twice: %v", err)
	}
	if err := db.UseLink(t.Context(), token); !errors.Is(err, meta.ErrNotFound) {
		t.Errorf("a token is no link: %v", err)
	}
	c.pass(2 * time.Hour)
	if _, err := db.LookupCredential(t.Context(), login); !errors.Is(err, meta.ErrNotFound) {
		t.Errorf("an expired login: %v", err)
	}
	if all, err := db.Tokens(t.Context()); err != nil || len(all) != 1 || all[0].Prefix != made.Prefix {
		t.Errorf("%+v, %v", all, err)
	}
	if err := db.RevokeCredential(t.Context(), made.ID); err != nil {
		t.Error(err)
	}
	if _, err := db.LookupCredential(t.Context(), token); !errors.Is(err, meta.ErrNotFound) {
		t.Errorf("a revoked token: %v", err)
	}
	if err := db.EndLogin(t.Context(), login); err != nil {
		t.Error(err)
	}
	assertNowhere(t, path, login)
	assertNowhere(t, path, token)
}

func TestSaltsAreDailyAndDie(t *testing.T) {
	t.Parallel()
	db, c, path := open(t)
	salt := func(db *meta.DB, at time.Time) string {
		s, err := db.Salt(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		return string(s)
	}
	today := salt(db, c.t)
	if len(today) != 32 || salt(db, c.t.Add(time.Hour)) != today || salt(db, c.t.Add(24*time.Hour)) == today {
		t.Error("a day does not have exactly one salt")
	}
	if salt(reopen(t, c, path), c.t) != today {
		t.Error("the salt did not survive a restart")
	}
	c.pass(47 * time.Hour)
	if err := db.ExpireSalts(t.Context()); err != nil || salt(db, c.t.Add(-47*time.Hour)) != today {
		t.Errorf("the salt died early: %v", err)
	}
	c.pass(time.Hour)
	if err := db.ExpireSalts(t.Context()); err != nil {
		t.Fatal(err)
	}
	assertNowhere(t, path, today)
	if salt(db, c.t.Add(-48*time.Hour)) == today {
		t.Error("the salt is back")
	}
}

func TestVault(t *testing.T) {
	t.Parallel()
	db, _, path := open(t)
	ctx := t.Context()
	all := []meta.Original{
		{Owner: "u1", Pseudonym: "p_anna", Text: "anna@example.com"},
		{Owner: "u1", Pseudonym: "p_phone", Text: "+491701234567"},
		{Owner: "u2", Pseudonym: "p_bob", Text: "bob@example.com"},
		{Owner: "u2", Pseudonym: "p_phone", Text: "+491701234567"},
	}
	for range 2 { // sealing again changes nothing
		if err := db.Seal(ctx, 1, all); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := db.Reveal(ctx, 1, "p_anna"); err != nil || got != "anna@example.com" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := db.Reveal(ctx, 2, "p_anna"); !errors.Is(err, meta.ErrNotFound) {
		t.Errorf("another project sees it: %v", err)
	}
	assertNowhere(t, path, "anna@example.com")
	if got, err := db.Pseudonyms(ctx, 1, []string{"u1"}); err != nil || !cmp.Equal(got, []string{"p_anna", "p_phone"}) {
		t.Errorf("%v, %v", got, err)
	}
	for i := range 2 {
		gone, err := db.DestroyPerson(ctx, 1, []string{"u1"})
		if want := int64(2 - 2*i); err != nil || gone != want {
			t.Errorf("%d entries gone, want %d, %v", gone, want, err)
		}
	}
	if _, err := db.Reveal(ctx, 1, "p_anna"); !errors.Is(err, meta.ErrNotFound) {
		t.Errorf("an erased person is revealed: %v", err)
	}
	if got, err := db.Reveal(ctx, 1, "p_phone"); err != nil || got == "" {
		t.Errorf("a number that somebody else has too is gone: %v", err)
	}
}

// A backup has the vault but not the keys: without them nothing can be read.
func TestVaultIsUselessWithoutTheKeyFile(t *testing.T) {
	t.Parallel()
	db, c, path := open(t)
	if err := db.Seal(t.Context(), 1, []meta.Original{{Owner: "u1", Pseudonym: "p", Text: "anna@example.com"}}); err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "settings.db")
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(copied+suffix, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := reopen(t, c, copied).Reveal(t.Context(), 1, "p"); !errors.Is(err, meta.ErrNotFound) {
		t.Errorf("revealed without the key: %v", err)
	}
}

func TestSuppressionsAreRemembered(t *testing.T) {
	t.Parallel()
	db, c, path := open(t)
	if db.Suppressed(1, "u1") {
		t.Error("suppressed before anybody was")
	}
	if err := db.Suppress(t.Context(), 1, []string{"u1", "d1"}); err != nil {
		t.Fatal(err)
	}
	again := reopen(t, c, path)
	if !db.Suppressed(1, "u1") || !again.Suppressed(1, "d1") || again.Suppressed(2, "u1") || again.Suppressed(1, "") {
		t.Error("the list is wrong")
	}
	got, err := again.Suppressions(t.Context())
	if d := cmp.Diff(map[event.ProjectID][]string{1: {"d1", "u1"}}, got); d != "" || err != nil {
		t.Error(d, err)
	}
}

func TestReleasesImportsDocuments(t *testing.T) {
	t.Parallel()
	db, c, _ := open(t)
	ctx := t.Context()
	release := event.Release{Service: "shop", Version: "1.2", At: c.t, Note: "first"}
	for _, note := range []string{"first", "better words"} {
		release.Note = note
		if err := db.AddRelease(ctx, 1, release); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.AddRelease(ctx, 1, event.Release{Service: "shop"}); !event.IsPermanent(err) {
		t.Errorf("a release without version: %v", err)
	}
	got, err := db.Releases(ctx, 1, c.t, c.t.Add(time.Second))
	if err != nil || !cmp.Equal(got, []event.Release{release}) {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err = db.Releases(ctx, 1, c.t.Add(-time.Hour), c.t); err != nil || len(got) != 0 {
		t.Errorf("%+v, %v", got, err)
	}

	one := meta.Import{Label: "nov", Format: "combined", Source: "access.log", Accepted: 3, From: c.t, To: c.t.Add(time.Minute)}
	if err := db.AddImport(ctx, 1, one); err != nil {
		t.Fatal(err)
	}
	one.At = c.t
	if all, err := db.Imports(ctx, 1); err != nil || !cmp.Equal(all, []meta.Import{one}) {
		t.Errorf("%+v, %v", all, err)
	}
	if err := db.DeleteImport(ctx, 1, "nov"); err != nil {
		t.Error(err)
	}

	if err := db.PutDocument(ctx, 1, "goal", "paid", map[string]any{"event": "Order Paid"}); err != nil {
		t.Fatal(err)
	}
	d, err := db.Document(ctx, 1, "goal", "paid")
	if err != nil || string(d.Body) != `{"event":"Order Paid"}` {
		t.Errorf("%+v, %v", d, err)
	}
	if all, err := db.Documents(ctx, 2, "goal"); err != nil || len(all) != 0 {
		t.Errorf("another project sees it: %+v, %v", all, err)
	}
	if err := db.DeleteDocument(ctx, 1, "goal", "paid"); err != nil {
		t.Error(err)
	}
	if _, err := db.Document(ctx, 1, "goal", "paid"); !errors.Is(err, meta.ErrNotFound) {
		t.Errorf("deleted: %v", err)
	}
}

func TestCancelledContext(t *testing.T) {
	t.Parallel()
	db, _, _ := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := db.Projects(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestDamagedFileSaysWhatToDo(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "settings.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("not a database", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := meta.Open(t.Context(), path, time.Now)
	if broken, ok := errors.AsType[*event.Permanent](err); !ok || broken.Hint == "" {
		t.Errorf("a damaged file: %v", err)
	}
}
