package telegramtest

import (
	"context"
	"maps"
	"net/http"
	"strconv"
	"time"
)

// most is how large a file a bot may fetch.
const most = 20 << 20

type file struct {
	content []byte
	size    int64 // as told; more than content for files that are only claimed
}

// attach keeps a file and gives what a message says of it; mu is free.
func (s *Server) attach(content []byte, fields wire) wire {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keep(content, int64(len(content)), fields)
}

func (s *Server) keep(content []byte, size int64, fields wire) wire {
	id := "file" + itoa(s.fresh())
	s.files[id] = file{content, size}
	w := wire{"file_id": id, "file_unique_id": "u" + id, "file_size": size}
	maps.Copy(w, fields)
	return w
}

// photo gives the fields of a picture in two sizes, the smaller first.
func (s *Server) photo(picture []byte, caption string) wire {
	s.mu.Lock()
	defer s.mu.Unlock()
	small := s.keep(picture[:len(picture)/2], int64(len(picture)/2), wire{"width": 90, "height": 90})
	large := s.keep(picture, int64(len(picture)), wire{"width": 1280, "height": 960})
	fields := wire{"photo": []wire{small, large}}
	if caption != "" {
		fields["caption"] = caption
	}
	return fields
}

// Huge gives the fields of a document that says to be that large.
func (s *Server) Huge(name string, size int64) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return wire{"document": s.keep(nil, size, wire{"file_name": name})}
}

func (s *Server) getFile(_ context.Context, p params) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, known := s.files[p.get("file_id")]
	switch {
	case !known:
		return no(http.StatusBadRequest, "Bad Request: invalid file_id")
	case f.size > most:
		return no(http.StatusBadRequest, "Bad Request: file is too big")
	}
	return ok(wire{"file_id": p.get("file_id"), "file_unique_id": "u" + p.get("file_id"), "file_size": f.size, "file_path": "files/" + p.get("file_id")})
}

// serveFile gives a file's content.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request, path string, began time.Time) {
	id := path[min(len("files/"), len(path)):]
	fault := s.takeFault("file", params{})
	s.mu.Lock()
	f, known := s.files[id]
	s.calls = append(s.calls, Call{Method: "file", At: began, Done: time.Now()})
	s.mu.Unlock()
	switch {
	case fault != nil && fault.before != nil:
		fault.before(w, r)
	case !known:
		write(w, no(http.StatusNotFound, "Not Found"))
	case fault != nil: // cut in the middle
		w.Header().Set("Content-Length", strconv.Itoa(len(f.content)))
		_, _ = w.Write(f.content[:len(f.content)/2])
		hangUp(w)
	default:
		_, _ = w.Write(f.content)
	}
}
