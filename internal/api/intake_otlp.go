package api

import (
	"fmt"
	"maps"
	"mime"
	"net/http"
	"strings"

	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/clickspan/clickspan/internal/pipeline"
)

// otlpName is the format that has answers of its own.
const otlpName = "otlp"

// answerOTLP answers OTLP/HTTP in its own words: an Export…ServiceResponse, with a
// partial success where records were refused, in the encoding of the request.
func (s *Server) answerOTLP(w http.ResponseWriter, r *http.Request, answer IntakeAnswer) {
	body, err := exportResponse(r.URL.Path, isJSON(r), answer)
	if err != nil {
		s.failOTLP(w, r, err)
		return
	}
	w.Header().Set("Content-Type", otlpType(r))
	_, _ = w.Write(body)
}

// exportResponse renders the answer of one signal.
func exportResponse(path string, asJSON bool, answer IntakeAnswer) ([]byte, error) {
	type response interface {
		MarshalProto() ([]byte, error)
		MarshalJSON() ([]byte, error)
	}
	var out response
	rejected, why := int64(answer.Rejected), summary(answer.Errors)
	switch {
	case strings.HasSuffix(path, "/logs"):
		logs := plogotlp.NewExportResponse()
		if rejected > 0 {
			logs.PartialSuccess().SetRejectedLogRecords(rejected)
			logs.PartialSuccess().SetErrorMessage(why)
		}
		out = logs
	case strings.HasSuffix(path, "/metrics"):
		out = pmetricotlp.NewExportResponse()
	default:
		traces := ptraceotlp.NewExportResponse()
		if rejected > 0 {
			traces.PartialSuccess().SetRejectedSpans(rejected)
			traces.PartialSuccess().SetErrorMessage(why)
		}
		out = traces
	}
	if asJSON {
		return out.MarshalJSON()
	}
	return out.MarshalProto()
}

// nothingGood reports that a request had records and none of them could be taken.
func nothingGood(result pipeline.Result) bool { return !result.Good() && result.Rejected > 0 }

// refusedWhole is the error of an export request of which nothing was good.
func refusedWhole(refused []pipeline.Refusal) *Problem {
	return problem(http.StatusBadRequest, "Correct what is named; sending the same again is no use.", "nothing in it was good: %s", summary(refused))
}

// summary says why records were refused, in one line.
func summary(refused []pipeline.Refusal) string {
	var parts []string
	for i, e := range refused {
		if i == 3 {
			parts = append(parts, "…")
			break
		}
		parts = append(parts, fmt.Sprintf("record %d: %s", e.Index, e.Reason))
	}
	return strings.Join(parts, "; ")
}

// failOTLP answers with a google.rpc.Status.
func (s *Server) failOTLP(w http.ResponseWriter, r *http.Request, err error) {
	p := s.problemOf(r.Context(), err)
	message := status.New(codeOf(p.Status), p.Detail+". "+p.Hint).Proto()
	var body []byte
	if isJSON(r) {
		body, err = protojson.Marshal(message)
	} else {
		body, err = proto.Marshal(message)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	maps.Copy(w.Header(), p.GetHeaders())
	w.Header().Set("Content-Type", otlpType(r))
	w.WriteHeader(p.Status)
	_, _ = w.Write(body)
}

// codeOf maps an HTTP status to gRPC's.
func codeOf(httpStatus int) codes.Code {
	switch httpStatus {
	case http.StatusUnauthorized:
		return codes.Unauthenticated
	case http.StatusForbidden:
		return codes.PermissionDenied
	case http.StatusServiceUnavailable:
		return codes.Unavailable
	case http.StatusRequestEntityTooLarge:
		return codes.ResourceExhausted
	case http.StatusInternalServerError:
		return codes.Internal
	}
	return codes.InvalidArgument
}

func isJSON(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/json"
}

func otlpType(r *http.Request) string {
	if isJSON(r) {
		return "application/json"
	}
	return "application/x-protobuf"
}
