// How statements are run and what goes into them: deadlines, cleaned text, zero times as NULL, and errors by SQLSTATE.

package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// exec runs a statement and returns how many rows it touched. Doing says what it is for, as words of an error.
func (s *Store) exec(ctx context.Context, doing, query string, args ...any) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, statementTime)
	defer cancel()
	result, err := s.db.ExecContext(ctx, query, cleaned(args)...)
	if err != nil {
		return 0, errors.Wrap(err, doing)
	}
	rows, err := result.RowsAffected()
	return int(rows), errors.Wrap(err, doing)
}

// list runs a query; fields are the places of one row's columns.
func list[T any](ctx context.Context, s *Store, doing string, fields func(*T) []any, query string, args ...any) ([]T, error) {
	ctx, cancel := context.WithTimeout(ctx, statementTime)
	defer cancel()
	rows, err := s.db.QueryContext(ctx, query, cleaned(args)...)
	if err != nil {
		return nil, errors.Wrap(err, doing)
	}
	defer func() { _ = rows.Close() }()
	var all []T
	for rows.Next() {
		var one T
		if err := rows.Scan(fields(&one)...); err != nil {
			return nil, errors.Wrap(err, doing)
		}
		all = append(all, one)
	}
	return all, errors.Wrap(rows.Err(), doing)
}

// row runs a query for one row; relay.ErrNotFound when there is none.
func row[T any](ctx context.Context, s *Store, doing string, fields func(*T) []any, query string, args ...any) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, statementTime)
	defer cancel()
	var one T
	err := s.db.QueryRowContext(ctx, query, cleaned(args)...).Scan(fields(&one)...)
	if errors.Is(err, sql.ErrNoRows) {
		return one, relay.ErrNotFound
	}
	return one, errors.Wrap(err, doing)
}

// value runs a query for one value; relay.ErrNotFound when there is no row.
func value[T any](ctx context.Context, s *Store, doing, query string, args ...any) (T, error) {
	return row(ctx, s, doing, itself[T], query, args...)
}

// itself is the place of a row that has one column.
func itself[T any](v *T) []any { return []any{v} }

// cleaned returns args with every text cleaned, in place.
func cleaned(args []any) []any {
	for i, arg := range args {
		if text, ok := arg.(string); ok {
			args[i] = clean(text)
		}
	}
	return args
}

// clean drops NUL and replaces what is not UTF-8: PostgreSQL refuses both in text and jsonb.
func clean(s string) string {
	if strings.IndexByte(s, 0) < 0 && utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
}

// texts is a text[] argument, empty for nil, each element cleaned.
func texts(list []string) pq.StringArray {
	array := make(pq.StringArray, len(list))
	for i, s := range list {
		array[i] = clean(s)
	}
	return array
}

// text is a string that is cleaned on its way into a JSON argument.
type text string

// MarshalJSON implements json.Marshaler.
func (t text) MarshalJSON() ([]byte, error) { return json.Marshal(clean(string(t))) }

// document is a json argument. It is a string: with binary_parameters=yes, which Mattermost's default data source name
// has, PostgreSQL would read a []byte as jsonb's binary form.
func document(v any) (string, error) {
	b, err := json.Marshal(v)
	return withoutNUL(string(b)), errors.Wrap(err, "write JSON")
}

// escapedNUL is how JSON has the character that PostgreSQL refuses.
const escapedNUL = `\u0000`

// withoutNUL drops NUL from the texts of a JSON document.
func withoutNUL(doc string) string {
	if !strings.Contains(doc, escapedNUL) {
		return doc
	}
	var kept strings.Builder
	for {
		i := strings.IndexByte(doc, '\\')
		if i < 0 {
			kept.WriteString(doc)
			return kept.String()
		}
		kept.WriteString(doc[:i])
		if rest, ok := strings.CutPrefix(doc[i:], escapedNUL); ok {
			doc = rest
			continue
		}
		kept.WriteString(doc[i : i+2]) // an escaped backslash begins no other escape
		doc = doc[i+2:]
	}
}

// orNull is t, or nil for the zero time.
func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// when scans a timestamptz: NULL becomes the zero time, others UTC.
type when struct{ *time.Time }

// Scan implements sql.Scanner.
func (w when) Scan(src any) error {
	var t sql.NullTime
	if err := t.Scan(src); err != nil {
		return err
	}
	*w.Time = time.Time{}
	if t.Valid {
		*w.Time = t.Time.UTC()
	}
	return nil
}

// elapsed scans a duration that is stored as a number of units.
type elapsed struct {
	*time.Duration
	unit time.Duration
}

// Scan implements sql.Scanner.
func (e elapsed) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return errors.Errorf("a duration is a %T", src)
	}
	*e.Duration = time.Duration(n) * e.unit
	return nil
}

func isDuplicate(err error) bool { return pq.As(err, pqerror.UniqueViolation) != nil }

// isOrphan tells that a row belongs to a bot or conversation that is gone.
func isOrphan(err error) bool { return pq.As(err, pqerror.ForeignKeyViolation) != nil }
