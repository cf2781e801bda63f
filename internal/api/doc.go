// Package api is Clickspan's HTTP face: the intake routes, the questions under
// /api/v1 with their OpenAPI description, credentials, the live tail and the
// user interface.
//
// Files are named after the question they answer. Every error leaves through the
// one writer in problem.go.
package api
