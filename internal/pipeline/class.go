package pipeline

import (
	"strings"

	"github.com/clickspan/clickspan/internal/event"
)

// get is the method that fetches pages; net/http stays out of this package.
const get = "GET"

// classOf tells the API from documents and assets, by the best evidence there is:
// what the browser wanted, what the server answered, the file's extension, the path.
func classOf(c *event.Call, operation bool) event.Class {
	if operation {
		return event.API
	}
	if len(c.Attributes) > 0 {
		if class := classOfDestination(text(c.Attributes, "http.request.header.sec-fetch-dest", "http.request.header.sec_fetch_dest", "sec_fetch_dest", "destination")); class != "" {
			return class
		}
		if class := classOfContent(contentType(c)); class != "" {
			return class
		}
	}
	switch class := classOfExtension(extension(c.Path)); {
	case class != "":
		return class
	case c.Path == "/" && c.Method == get && c.Side == event.Server:
		return event.Document
	}
	return event.API
}

func contentType(c *event.Call) string {
	return text(c.Attributes, "http.response.header.content-type", "http.response.header.content_type", "content_type", "mime_type")
}

// saysAPI reports whether a call itself says that it is no document.
func saysAPI(c *event.Call) bool {
	return strings.HasPrefix(c.Path, "/api") || len(c.Attributes) > 0 && classOfContent(contentType(c)) == event.API
}

// classOfDestination reads Sec-Fetch-Dest (Fetch metadata); "empty" is fetch and XHR.
func classOfDestination(destination string) event.Class {
	switch destination {
	case "empty", "fetch", "xhr", "xmlhttprequest":
		return event.API
	case "document", "iframe", "frame", "embed", "object":
		return event.Document
	case "script", "style", "image", "font", "audio", "video", "track", "manifest", "worker", "sharedworker", "serviceworker", "audioworklet", "paintworklet", "img", "css", "link", "stylesheet", "media":
		return event.Asset
	}
	return ""
}

// classOfContent reads a Content-Type.
func classOfContent(content string) event.Class {
	if content == "" {
		return ""
	}
	content, _, _ = strings.Cut(strings.ToLower(content), ";")
	content = strings.TrimSpace(content)
	switch {
	case content == "text/html", content == "application/xhtml+xml":
		return event.Document
	case strings.Contains(content, "json"), strings.Contains(content, "grpc"), strings.Contains(content, "protobuf"), content == "text/event-stream", content == "application/xml":
		return event.API
	case strings.HasPrefix(content, "image/"), strings.HasPrefix(content, "font/"), strings.HasPrefix(content, "audio/"), strings.HasPrefix(content, "video/"),
		content == "text/css", strings.HasSuffix(content, "/javascript"), content == "application/x-javascript", content == "application/wasm":
		return event.Asset
	}
	return ""
}

// extension returns what follows the last dot of the last segment, at most eight
// bytes of letters and digits.
func extension(path string) string {
	name := path[strings.LastIndexByte(path, '/')+1:]
	i := strings.LastIndexByte(name, '.')
	if i <= 0 || len(name)-i > 9 {
		return ""
	}
	return name[i+1:]
}

func classOfExtension(ext string) event.Class {
	switch strings.ToLower(ext) {
	case "js", "mjs", "cjs", "css", "map", "png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "ico", "bmp", "woff", "woff2", "ttf", "otf", "eot",
		"mp3", "mp4", "m4a", "webm", "ogg", "wav", "mov", "wasm", "webmanifest", "txt", "br", "gz":
		return event.Asset
	case "html", "htm", "xhtml", "php", "asp", "aspx", "jsp", "shtml":
		return event.Document
	}
	return ""
}

// assetRoute groups assets by folder and kind: their names carry hashes and dates.
func assetRoute(path string) string {
	i := strings.LastIndexByte(path, '/') + 1
	folder := path[:i]
	if segments := strings.Count(folder, "/"); segments > 4 {
		cut := 0
		for range 3 {
			cut += strings.IndexByte(folder[cut+1:], '/') + 1
		}
		folder = folder[:cut] + "/{rest}/"
	}
	if ext := extension(path); ext != "" {
		return folder + "{file}." + strings.ToLower(ext)
	}
	return folder + "{file}"
}
