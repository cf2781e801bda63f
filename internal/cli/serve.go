package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clickspan/clickspan/internal/api"
	"github.com/clickspan/clickspan/internal/event"
	"github.com/clickspan/clickspan/internal/meta"
	sdk "github.com/clickspan/clickspan/sdk/js"
	"github.com/clickspan/clickspan/web"
)

// Files of the data directory that the local CLI reads.
const (
	tokenFile   = "token"   // a token with which the local CLI may administer; mode 0600
	addressFile = "address" // where the running server listens
)

// linkLife is how long the address printed at start opens the web page.
const linkLife = time.Hour

type serveCmd struct{}

// Run serves until the process is told to stop.
func (serveCmd) Run(e *env) error {
	n, err := openNode(e)
	if err != nil {
		return err
	}
	return errors.Join(serveOpened(e, n), n.close())
}

func serveOpened(e *env, n *node) error {
	defer sayStopping(e)()
	doors, err := listen(e, n)
	if err != nil {
		return err
	}
	return serve(e, n, doors, extras{})
}

// sayStopping says at once that the process was told to stop, because what was taken
// in last is finished first. The returned function calls that off.
func sayStopping(e *env) (callOff func() bool) {
	return context.AfterFunc(e.ctx, func() {
		_, _ = fmt.Fprintln(e.Err, "\nStopping: finishing what was taken in last, which takes some seconds. Ctrl-C again stops at once.")
	})
}

// listeners are the doors of a server.
type listeners struct {
	main, intake, grpc net.Listener
	// off says which of them could not be opened, for whoever reads the first lines.
	off []string
}

func (l listeners) close() error {
	var errs []error
	for _, door := range []net.Listener{l.main, l.intake, l.grpc} {
		if door != nil {
			errs = append(errs, door.Close())
		}
	}
	return errors.Join(errs...)
}

// base is the address of the web page.
func (l listeners) base() string { return "http://" + reachable(l.main.Addr()) }

// extras are what a demo adds to a server.
type extras struct {
	demo api.Demo
	// around, when given, sees every request to the main address.
	around func(http.Handler) http.Handler
	// background, when given, runs beside the server and is stopped first.
	background func(ctx context.Context) error
}

// serve answers at the doors, prints the address and runs until ctx ends. It closes
// the doors.
func serve(e *env, n *node, doors listeners, more extras) error {
	// A restored backup may still hold people who were erased since.
	if err := n.rights.Replay(e.ctx); err != nil {
		return errors.Join(err, doors.close())
	}
	server, err := newServer(e, n, doors, more.demo)
	if err != nil {
		return errors.Join(err, doors.close())
	}
	base := doors.base()
	if err := announce(e, n, base, doors); err != nil {
		return errors.Join(err, doors.close())
	}
	defer func() { _ = os.Remove(filepath.Join(e.settings.Data, addressFile)) }()

	// The link pass and retention outlive the doors, so that what was taken in
	// last is linked before the stores close.
	after, stopAfter := context.WithCancel(context.WithoutCancel(e.ctx))
	defer stopAfter()
	var behind errgroup.Group
	behind.Go(func() error { return ended(n.linker.Run(after)) })
	behind.Go(func() error { return ended(n.keeper.Run(after)) })

	front, ctx := errgroup.WithContext(e.ctx)
	handler := server.Handler()
	if more.around != nil {
		handler = more.around(handler)
	}
	front.Go(func() error { return api.Serve(ctx, doors.main, handler, e.log) })
	if doors.intake != nil {
		front.Go(func() error { return api.Serve(ctx, doors.intake, server.IntakeHandler(), e.log) })
	}
	if doors.grpc != nil {
		front.Go(func() error { return server.ServeGRPC(ctx, doors.grpc) })
	}
	if more.background != nil {
		front.Go(func() error { return ended(more.background(ctx)) })
	}
	err = front.Wait()
	server.Stop()
	stopAfter()
	return errors.Join(err, behind.Wait())
}

// reachable is an address that a browser on this machine can open: a listener on
// all interfaces calls itself [::].
func reachable(address net.Addr) string {
	tcp, ok := address.(*net.TCPAddr)
	if ok && tcp.IP.IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", strconv.Itoa(tcp.Port))
	}
	return address.String()
}

// ended makes the end of a context no error.
func ended(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// program is how a shell calls this very file: by its name where that finds it.
func program() string {
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	name := filepath.Base(path)
	if found, err := exec.LookPath(name); err == nil && sameFile(found, path) {
		return name
	}
	return path
}

func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

func newServer(e *env, n *node, doors listeners, demo api.Demo) (*api.Server, error) {
	trusted, err := e.settings.proxies()
	if err != nil {
		return nil, err
	}
	intake := ""
	if doors.intake != nil {
		intake = reachable(doors.intake.Addr())
	}
	return api.New(api.Config{
		Store: n.store, SQL: n.store, Demo: demo, Rights: n.rights, Meta: n.meta, Pipeline: n.pipeline, Linker: n.linker, Live: n.hub, UI: web.Dist(), Script: sdk.Dist(), Version: Version(),
		Now: time.Now, Logger: e.log, OpenLoopback: e.settings.OpenLoopback, TrustedProxies: trusted,
		Witness: n.witness, IntakeAddr: intake, Data: e.settings.Data, Program: program(),
	}), nil
}

// listen opens the ports. Anything but loopback needs an admin, because whoever
// comes first could otherwise make themselves one.
func listen(e *env, n *node) (listeners, error) {
	var doors listeners
	if !isLoopback(e.settings.Addr) {
		admin, err := n.meta.HasAdmin(e.ctx)
		if err != nil {
			return doors, err
		}
		if !admin || e.settings.OpenLoopback {
			return doors, &event.Permanent{
				Err:  fmt.Errorf("--addr %s can be reached from other machines, and nobody may log in yet", e.settings.Addr),
				Hint: "Run clickspan user create NAME first, leave --open-loopback away, or serve on 127.0.0.1 behind a proxy.",
			}
		}
	}
	var config net.ListenConfig
	var err error
	if doors.main, err = config.Listen(e.ctx, "tcp", e.settings.Addr); err != nil {
		return doors, &event.Permanent{Err: fmt.Errorf("cannot listen: %w", err), Hint: "Is another program on that port? Choose one with --addr 127.0.0.1:PORT."}
	}
	if e.settings.IntakeAddr != "" {
		doors.intake, err = config.Listen(e.ctx, "tcp", e.settings.IntakeAddr)
		if err != nil && e.settings.IntakeAddr != standardIntake {
			return doors, errors.Join(
				&event.Permanent{Err: fmt.Errorf("cannot listen for intake: %w", err), Hint: "Choose another port with --intake-addr."}, doors.main.Close())
		}
		if err != nil {
			doors.off = append(doors.off, fmt.Sprintf("Not taking data in: %s is taken by another program. Choose another with --intake-addr.", e.settings.IntakeAddr))
		}
	}
	if e.settings.OTLPGRPCAddr != "" {
		// The port is the standard one, so another collector may have it.
		if doors.grpc, err = config.Listen(e.ctx, "tcp", e.settings.OTLPGRPCAddr); err != nil {
			doors.off = append(doors.off, fmt.Sprintf("Not taking OpenTelemetry over gRPC: %s is taken by another program. Choose another with --otlp-grpc-addr.", e.settings.OTLPGRPCAddr))
		}
	}
	return doors, nil
}

// standardIntake is where the intake listener is unless somebody says otherwise.
// Nobody asked for it, so that its port is taken is said and is no failure.
const standardIntake = "127.0.0.1:8081"

func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address // without a port
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// announce leaves token and address for the local CLI and prints where to go.
func announce(e *env, n *node, base string, doors listeners) error {
	if err := keepToken(e, n); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(e.settings.Data, addressFile), []byte(base+"\n"), 0o600); err != nil {
		return fmt.Errorf("cannot write the data directory: %w", err)
	}
	open, other := base+"/", ""
	if !e.settings.OpenLoopback {
		link, err := n.meta.CreateLink(e.ctx, linkLife)
		if err != nil {
			return err
		}
		open += "?token=" + link
		other = fmt.Sprintf("That address opens once. In another browser open %s/ and paste the token that this prints: cat %s\n", base, filepath.Join(e.settings.Data, tokenFile))
	}
	_, err := fmt.Fprintf(e.Out, "Clickspan %s. Open %s\n%s", Version(), open, other)
	if keyErr := firstKey(e, n); keyErr != nil {
		return keyErr
	}
	if doors.intake != nil {
		_, _ = fmt.Fprintf(e.Out, "Taking data in at http://%s with an ingest key.\n", doors.intake.Addr())
	}
	for _, line := range doors.off {
		_, _ = fmt.Fprintln(e.Out, line)
	}
	if _, statErr := fs.Stat(web.Dist(), "index.html"); statErr != nil {
		_, _ = fmt.Fprintln(e.Out, "The web page is not in this binary; build it with make build. API and intake work.")
	}
	return err
}

// firstKey gives the project default its ingest key at the very first start.
func firstKey(e *env, n *node) error {
	keys, err := n.meta.Keys(e.ctx, meta.DefaultProject)
	if err != nil || len(keys) > 0 {
		return err
	}
	secret, _, err := n.meta.CreateKey(e.ctx, meta.DefaultProject, meta.ServerKey, nil, "made at the first start")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.Out, "Ingest key of project default, shown this once: %s\n", secret)
	return err
}

// keepToken makes sure that the token file holds a token that works.
func keepToken(e *env, n *node) error {
	path := filepath.Join(e.settings.Data, tokenFile)
	if text, err := os.ReadFile(path); err == nil {
		if _, err := n.meta.LookupCredential(e.ctx, strings.TrimSpace(string(text))); err == nil {
			return nil
		}
	}
	token, _, err := n.meta.CreateToken(e.ctx, meta.Admin, "the local command line", 0)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, []byte(token+"\n"), 0o600); err != nil {
		return fmt.Errorf("cannot keep the token: %w", err)
	}
	return nil
}
