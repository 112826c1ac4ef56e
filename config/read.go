package config

import (
	"bytes"
	"encoding"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"youshi/grid"
)

// Read reads a config file over Default. Its error is Findings when the file
// itself is wrong, and otherwise says why it could not be read.
func Read(path string) (Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Config{}, fmt.Errorf("reading the config: %w", err)
	}
	return parse(path, text)
}

func parse(path string, text []byte) (Config, error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // some editors on Windows begin with it
	var tree map[string]any
	if err := toml.Unmarshal(text, &tree); err != nil {
		return Config{}, Findings{syntax(path, err)}
	}
	r := &reader{file: path, lines: readLines(text)}
	c := Default()
	r.section("", tree, reflect.ValueOf(&c).Elem())
	c.within(filepath.Dir(path))
	r.validate(c)
	if err := r.err(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// syntax words an error of the TOML parser. It shows no piece of the file: that
// piece may hold a secret.
func syntax(path string, err error) Finding {
	f := Finding{File: path, Say: "this is no TOML: " + err.Error()}
	if wrong, ok := errors.AsType[*toml.DecodeError](err); ok {
		f.Line, _ = wrong.Position()
		f.Say = "this is no TOML: " + strings.TrimPrefix(wrong.Error(), "toml: ")
	}
	return f
}

// section decodes a TOML section into a struct. It is a decoder of our own
// because a library's stops at the first wrong value.
func (r *reader) section(at string, tree map[string]any, into reflect.Value) {
	fields := map[string]reflect.Value{}
	for f, v := range into.Fields() {
		fields[f.Tag.Get("toml")] = v
	}
	for _, key := range slices.Sorted(maps.Keys(tree)) {
		if field, known := fields[key]; known {
			r.value(join(at, key), tree[key], field)
		} else {
			r.wrong(join(at, key), "this key is unknown; right would be one of %s", strings.Join(slices.Sorted(maps.Keys(fields)), ", "))
		}
	}
}

// value decodes one value. Go types that mean something have their own words.
func (r *reader) value(key string, v any, into reflect.Value) {
	switch to := into.Addr().Interface().(type) {
	case **time.Location:
		r.text(key, v, func(s string) (err error) { *to, err = zone(s); return err })
		return
	case *time.Duration:
		r.text(key, v, func(s string) (err error) { *to, err = duration(s); return err })
		return
	case encoding.TextUnmarshaler:
		r.text(key, v, func(s string) error { return to.UnmarshalText([]byte(s)) })
		return
	case *map[string]any:
		if m, ok := v.(map[string]any); ok {
			*to = m
		} else {
			r.wrong(key, "this is %s; right would be a section", typeOf(v))
		}
		return
	}
	switch into.Kind() {
	case reflect.String:
		r.text(key, v, func(s string) error { into.SetString(s); return nil })
	case reflect.Bool:
		if b, ok := v.(bool); ok {
			into.SetBool(b)
		} else {
			r.wrong(key, "this is %s; right would be true or false", typeOf(v))
		}
	case reflect.Int, reflect.Int64:
		if n, ok := v.(int64); ok && !into.OverflowInt(n) {
			into.SetInt(n)
		} else {
			r.wrong(key, "this is %s; right would be a whole number without quotes", typeOf(v))
		}
	case reflect.Float64:
		switch n := v.(type) {
		case float64:
			into.SetFloat(n)
		case int64:
			into.SetFloat(float64(n))
		default:
			r.wrong(key, "this is %s; right would be a number without quotes", typeOf(v))
		}
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		if p, ok := reflect.TypeAssert[interface{ preset() }](into); ok {
			p.preset()
		}
		r.value(key, v, into.Elem())
	case reflect.Struct:
		if m, ok := v.(map[string]any); ok {
			r.section(key, m, into)
		} else {
			r.wrong(key, "this is %s; right would be a section [%s]", typeOf(v), key)
		}
	case reflect.Slice:
		r.list(key, v, into)
	}
}

// list decodes a list in full; it replaces the default.
func (r *reader) list(key string, v any, into reflect.Value) {
	elements, ok := v.([]any)
	if !ok {
		if into.Type().Elem().Kind() == reflect.Struct && reflect.PointerTo(into.Type().Elem()).NumMethod() == 0 {
			r.wrong(key, "this is %s; right would be [[%s]]", typeOf(v), key)
		} else {
			r.wrong(key, "this is %s; right would be a list in [ ]", typeOf(v))
		}
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(elements), len(elements)))
	for i, e := range elements {
		r.value(fmt.Sprintf("%s[%d]", key, i+1), e, into.Index(i))
	}
}

func (r *reader) text(key string, v any, set func(string) error) {
	s, ok := v.(string)
	if !ok {
		r.wrong(key, `this is %s; right would be text in "quotes"`, typeOf(v))
		return
	}
	if err := set(s); err != nil {
		r.wrong(key, "%v", err)
	}
}

func zone(s string) (*time.Location, error) {
	loc, err := time.LoadLocation(s)
	if err != nil || s == "" || s == "Local" {
		return nil, fmt.Errorf("%q is no time zone; right would be %q", s, shanghai)
	}
	return loc, nil
}

func duration(s string) (time.Duration, error) {
	span, err := grid.ParseSpan(s)
	if err == nil && span.Unit != grid.ClockTime {
		err = fmt.Errorf("%q is working time", s)
	}
	if err != nil {
		return 0, fmt.Errorf(`%q is no length of clock time; right would be "3s", "30m" or "2 days"`, s)
	}
	return time.Duration(span.N), nil
}

func typeOf(v any) string {
	switch v.(type) {
	case string:
		return "text"
	case int64, float64:
		return "a number"
	case bool:
		return "true or false"
	case []any:
		return "a list"
	case map[string]any:
		return "a section"
	}
	return "a date or time"
}

// within joins relative paths to the folder of the config file.
func (c *Config) within(dir string) {
	for _, path := range []*string{&c.Data, &c.Rules.File, &c.Model.File, &c.Service.Holidays} {
		if *path != "" && !filepath.IsAbs(*path) {
			*path = filepath.Join(dir, *path)
		}
	}
	if c.Telegram != nil {
		c.Telegram.Token.within(dir)
		c.Telegram.WebhookSecret.within(dir)
	}
	if c.LLM != nil {
		c.LLM.APIKey.within(dir)
	}
}
