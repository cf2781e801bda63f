package api

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// export is a server span of GET /orders/{id}, and a span without ids when bad.
func export(bad bool) ptraceotlp.ExportRequest {
	traces := ptrace.NewTraces()
	resource := traces.ResourceSpans().AppendEmpty()
	resource.Resource().Attributes().PutStr("service.name", "shop")
	spans := resource.ScopeSpans().AppendEmpty().Spans()
	span := spans.AppendEmpty()
	span.SetName("GET /orders/{id}")
	span.SetKind(ptrace.SpanKindServer)
	span.SetTraceID([16]byte{1})
	span.SetSpanID([8]byte{2})
	start := time.Date(2026, 11, 20, 11, 0, 0, 0, time.UTC)
	span.SetStartTimestamp(pcommon.NewTimestampFromTime(start))
	span.SetEndTimestamp(pcommon.NewTimestampFromTime(start.Add(30 * time.Millisecond)))
	span.Attributes().PutStr("http.request.method", "GET")
	span.Attributes().PutStr("http.route", "/orders/{id}")
	span.Attributes().PutStr("url.path", "/orders/7")
	span.Attributes().PutInt("http.response.status_code", 200)
	if bad {
		spans.AppendEmpty().SetName("no ids")
	}
	return ptraceotlp.NewExportRequestFromTraces(traces)
}

func TestOTLPOverHTTP(t *testing.T) {
	t.Parallel()
	for _, bad := range []bool{false, true} {
		w := newWorld(t)
		asProto, err := export(bad).MarshalProto()
		must(t, err)
		asJSON, err := export(bad).MarshalJSON()
		must(t, err)
		for kind, body := range map[string]string{"application/x-protobuf": string(asProto), "application/json": string(asJSON)} {
			got := w.put("/v1/traces", body, "Content-Type", kind)
			if got.status != http.StatusOK || got.header.Get("Content-Type") != kind {
				t.Fatalf("%s: status %d %v: %s", kind, got.status, got.header, got.body)
			}
			answer := ptraceotlp.NewExportResponse()
			if kind == "application/json" {
				err = answer.UnmarshalJSON([]byte(got.body))
			} else {
				err = answer.UnmarshalProto([]byte(got.body))
			}
			must(t, err)
			rejected := answer.PartialSuccess().RejectedSpans()
			if bad != (rejected == 1) || bad != (answer.PartialSuccess().ErrorMessage() != "") {
				t.Errorf("%s: rejected %d: %q", kind, rejected, answer.PartialSuccess().ErrorMessage())
			}
		}
		calls := w.kept.calls()
		if len(calls) != 2 || calls[0].Route != "/orders/{id}" || calls[0].Service != "shop" || calls[0].Duration != 30*time.Millisecond {
			t.Errorf("stored %+v", calls)
		}
	}
}

func TestOTLPErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := send(t, http.MethodPost, w.main.URL+"/v1/traces", "", "Content-Type", "application/x-protobuf")
	var message spb.Status
	must(t, proto.Unmarshal([]byte(got.body), &message))
	if got.status != http.StatusUnauthorized || codes.Code(message.GetCode()) != codes.Unauthenticated || !strings.Contains(message.GetMessage(), "clickspan key create") {
		t.Errorf("no key: status %d %v", got.status, &message)
	}
	got = w.put("/v1/logs", "{nonsense", "Content-Type", "application/json")
	answer := decoded[struct {
		Code    int
		Message string
	}](t, got)
	if got.status != http.StatusBadRequest || answer.Code != int(codes.InvalidArgument) || answer.Message == "" {
		t.Errorf("bad JSON: status %d: %s", got.status, got.body)
	}
}

func TestOTLPMetricsAreDropped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for kind, body := range map[string]string{"application/x-protobuf": "\x0a\x00", "application/json": `{"resourceMetrics":[]}`} {
		if got := w.put("/v1/metrics", body, "Content-Type", kind); got.status != http.StatusOK || got.header.Get("Content-Type") != kind {
			t.Errorf("status %d: %q", got.status, got.body)
		}
	}
	if len(w.kept.batches) != 0 {
		t.Error("metrics were stored")
	}
}

func TestOTLPOverGRPC(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, stop := context.WithCancel(t.Context())
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	must(t, err)
	served := make(chan error, 1)
	go func() { served <- w.served.ServeGRPC(ctx, listener) }()
	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	must(t, err)
	client := ptraceotlp.NewGRPCClient(conn)

	_, err = client.Export(t.Context(), export(false))
	if status.Code(err) != codes.Unauthenticated {
		t.Errorf("no key: %v", err)
	}
	for _, header := range [][2]string{{"authorization", "Bearer " + w.server}, {"x-clickspan-key", w.server}} {
		answer, err := client.Export(metadata.AppendToOutgoingContext(t.Context(), header[0], header[1]), export(true), grpc.UseCompressor(gzip.Name))
		must(t, err)
		if answer.PartialSuccess().RejectedSpans() != 1 {
			t.Errorf("rejected %d", answer.PartialSuccess().RejectedSpans())
		}
	}
	traces := ptrace.NewTraces()
	traces.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty().SetName("no ids")
	_, err = client.Export(metadata.AppendToOutgoingContext(t.Context(), "x-clickspan-key", w.server), ptraceotlp.NewExportRequestFromTraces(traces))
	if status.Code(err) != codes.InvalidArgument || !strings.Contains(err.Error(), "record 0") {
		t.Errorf("nothing good: %v", err)
	}
	if n := len(w.kept.calls()); n != 2 {
		t.Errorf("stored %d calls", n)
	}
	must(t, conn.Close())
	stop()
	must(t, <-served)
}

func TestOTLPWithNothingGoodIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for kind, body := range map[string]string{"application/x-protobuf": "\xff\xff\xff\xff", "application/json": `{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"no ids"}]}]}]}`} {
		got := w.put("/v1/traces", body, "Content-Type", kind)
		if got.status != http.StatusBadRequest {
			t.Errorf("%s: %d %q", kind, got.status, got.body)
		}
	}
}
