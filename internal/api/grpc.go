package api

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	_ "google.golang.org/grpc/encoding/gzip" // lets exporters compress
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/tap"

	"github.com/clickspan/clickspan/internal/pipeline"
	"github.com/clickspan/clickspan/internal/wire"
)

// ServeGRPC takes OTLP over gRPC on l until ctx ends, then lets exports under way
// finish. It is the HTTP route in another envelope: the same keys (as metadata
// `authorization` or `x-clickspan-key`), limits and stages.
func (s *Server) ServeGRPC(ctx context.Context, l net.Listener) error {
	server := grpc.NewServer(
		// Before a message is read and decompressed, so that a stranger costs nothing.
		grpc.InTapHandle(func(ctx context.Context, call *tap.Info) (context.Context, error) {
			_, err := s.identify(requestOf(metadata.NewIncomingContext(ctx, call.Header), "", nil))
			return ctx, s.statusOf(ctx, err)
		}),
		grpc.ForceServerCodec(rawCodec{}),
		grpc.MaxRecvMsgSize(int(s.limits.Unpacked)),
		grpc.MaxConcurrentStreams(100),
		grpc.ConnectionTimeout(10*time.Second),
		grpc.KeepaliveParams(keepalive.ServerParameters{MaxConnectionIdle: 5 * time.Minute}),
	)
	for _, signal := range []string{"trace", "logs", "metrics"} {
		server.RegisterService(s.exportService(signal), nil)
	}
	context.AfterFunc(ctx, func() {
		hurry := time.AfterFunc(drainTimeout, server.Stop)
		defer hurry.Stop()
		server.GracefulStop()
	})
	return server.Serve(l)
}

// exportService describes OTLP's service of one signal. Messages stay bytes, so
// that the decoder of the HTTP route reads them and nothing is decoded twice.
func (s *Server) exportService(signal string) *grpc.ServiceDesc {
	service := map[string]string{"trace": "Trace", "logs": "Logs", "metrics": "Metrics"}[signal]
	path := map[string]string{"trace": "/v1/traces", "logs": "/v1/logs", "metrics": "/v1/metrics"}[signal]
	return &grpc.ServiceDesc{
		ServiceName: "opentelemetry.proto.collector." + signal + ".v1." + service + "Service",
		HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{{
			MethodName: "Export",
			Handler: func(_ any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
				var message []byte
				if err := decode(&message); err != nil {
					return nil, err
				}
				return s.export(ctx, path, message)
			},
		}},
	}
}

// export takes one message and returns the answer's bytes.
func (s *Server) export(ctx context.Context, path string, message []byte) (answer []byte, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			s.log.ErrorContext(ctx, "export panicked", slog.Any("cause", cause), slog.String("stack", string(debug.Stack())))
			err = status.Error(codes.Internal, "something went wrong inside Clickspan")
		}
	}()
	format, _ := wire.Lookup(otlpName)
	result, err := s.exportRecords(requestOf(ctx, path, message), source{format: format, public: true})
	if err != nil {
		return nil, s.statusOf(ctx, err)
	}
	if nothingGood(result) {
		return nil, s.statusOf(ctx, refusedWhole(result.Errors))
	}
	return exportResponse(path, false, IntakeAnswer{Rejected: result.Rejected, Errors: result.Errors})
}

// statusOf is an error as gRPC clients see it; nil stays nil.
func (s *Server) statusOf(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	p := s.problemOf(ctx, err)
	return status.Error(codeOf(p.Status), p.Detail+". "+p.Hint)
}

func (s *Server) exportRecords(r *http.Request, from source) (pipeline.Result, error) {
	if s.openLoopback {
		if why := notOurOwn(r); why != "" {
			return pipeline.Result{}, problem(http.StatusForbidden, "--open-loopback is for tests on this machine.", "%s", why)
		}
	}
	return s.keep(nil, r, from)
}

// requestOf dresses a gRPC message as the HTTP request that it could have been.
func requestOf(ctx context.Context, path string, message []byte) *http.Request {
	r := (&http.Request{
		Method: http.MethodPost, URL: &url.URL{Path: path}, Header: http.Header{},
		Body: io.NopCloser(bytes.NewReader(message)), ContentLength: int64(len(message)),
	}).WithContext(ctx)
	if from, ok := peer.FromContext(ctx); ok {
		r.RemoteAddr = from.Addr.String()
	}
	sent, _ := metadata.FromIncomingContext(ctx)
	for name, values := range sent {
		for _, value := range values {
			r.Header.Add(name, value)
		}
	}
	r.Host = r.Header.Get(":authority")
	return r
}

// rawCodec passes messages through as bytes.
type rawCodec struct{}

// Marshal returns the bytes of an answer.
func (rawCodec) Marshal(v any) ([]byte, error) {
	if b, ok := v.([]byte); ok {
		return b, nil
	}
	return nil, fmt.Errorf("not bytes: %T", v)
}

// Unmarshal keeps the bytes of a message; grpc reuses its own buffer.
func (rawCodec) Unmarshal(data []byte, v any) error {
	into, ok := v.(*[]byte)
	if !ok {
		return fmt.Errorf("not bytes: %T", v)
	}
	*into = bytes.Clone(data)
	return nil
}

// Name is the codec's place in the content type.
func (rawCodec) Name() string { return "proto" }
