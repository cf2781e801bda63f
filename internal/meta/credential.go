package meta

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/clickspan/clickspan/internal/event"
)

// Credential is a proof of who is calling the API: a browser's login or an API token.
type Credential struct {
	ID      int64     `json:"id"`
	Kind    string    `json:"kind"` // login or token
	Prefix  string    `json:"prefix"`
	User    string    `json:"user,omitempty"` // name; empty for tokens of no person and logins by link
	Role    Role      `json:"role"`
	Note    string    `json:"note,omitempty"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"`
}

// The kinds of credentials.
const (
	loginKind = "login"
	tokenKind = "token"
	linkKind  = "link"
)

// StartLogin gives a person's browser a cookie value that is valid for life. The
// zero User, with the role admin, is who opened the one-use link.
func (db *DB) StartLogin(ctx context.Context, u User, life time.Duration) (string, error) {
	secret, _, err := db.createCredential(ctx, loginKind, "cs_l_", u, "", life)
	return secret, err
}

// CreateToken makes an API token; life 0 = until it is revoked.
func (db *DB) CreateToken(ctx context.Context, role Role, note string, life time.Duration) (string, Credential, error) {
	return db.createCredential(ctx, tokenKind, "cs_t_", User{Role: role}, note, life)
}

// CreateLink makes the token of a link that logs an admin in once.
func (db *DB) CreateLink(ctx context.Context, life time.Duration) (string, error) {
	secret, _, err := db.createCredential(ctx, linkKind, "cs_1_", User{Role: Admin}, "", life)
	return secret, err
}

// UseLink spends a one-use link; [ErrNotFound] when it is unknown, used or expired.
func (db *DB) UseLink(ctx context.Context, secret string) error {
	hash := hashOf(secret)
	done, err := db.settings.exec(ctx,
		`DELETE FROM credential WHERE kind = 'link' AND hash = ? AND (expires IS NULL OR expires > ?)`, hash[:], micros(db.now()))
	if err != nil {
		return err
	}
	return mustChange(done, "link")
}

// LookupCredential finds the valid login or token with that text; [ErrNotFound]
// when there is none.
func (db *DB) LookupCredential(ctx context.Context, secret string) (Credential, error) {
	hash := hashOf(secret)
	found, err := rows(ctx, db.settings, scanCredential,
		selectCredential+`WHERE hash = ? AND kind <> 'link' AND (expires IS NULL OR expires > ?)`, hash[:], micros(db.now()))
	if err != nil {
		return Credential{}, err
	}
	if len(found) == 0 {
		return Credential{}, fmt.Errorf("credential: %w", ErrNotFound)
	}
	return found[0], nil
}

// Tokens lists the API tokens by id, expired ones too.
func (db *DB) Tokens(ctx context.Context) ([]Credential, error) {
	return rows(ctx, db.settings, scanCredential, selectCredential+`WHERE kind = 'token' ORDER BY credential.id`)
}

// RevokeCredential ends a login or token.
func (db *DB) RevokeCredential(ctx context.Context, id int64) error {
	done, err := db.settings.exec(ctx, `DELETE FROM credential WHERE id = ?`, id)
	if err != nil {
		return err
	}
	return mustChange(done, fmt.Sprintf("credential %d", id))
}

// EndLogin forgets the login with that cookie value; ending twice is no error.
func (db *DB) EndLogin(ctx context.Context, secret string) error {
	hash := hashOf(secret)
	_, err := db.settings.exec(ctx, `DELETE FROM credential WHERE kind = 'login' AND hash = ?`, hash[:])
	return err
}

const selectCredential = `SELECT credential.id, kind, prefix, coalesce(name, ''), credential.role, note, credential.created, expires
	FROM credential LEFT JOIN user ON user.id = credential.user `

func (db *DB) createCredential(ctx context.Context, kind, prefix string, u User, note string, life time.Duration) (string, Credential, error) {
	if u.Role != Admin && u.Role != Viewer {
		return "", Credential{}, &event.Permanent{Err: fmt.Errorf("role %q is unknown", u.Role), Hint: "Use admin or viewer."}
	}
	now := event.Time(db.now())
	secret, shown := newSecret(prefix)
	c := Credential{Kind: kind, Prefix: shown, User: u.Name, Role: u.Role, Note: note, Created: now}
	var expires sql.NullInt64
	if life > 0 {
		c.Expires = now.Add(life)
		expires = sql.NullInt64{Int64: micros(c.Expires), Valid: true}
	}
	hash := hashOf(secret)
	err := db.settings.inTx(ctx, func(tx *sql.Tx) error {
		_, gone := tx.ExecContext(ctx, `DELETE FROM credential WHERE kind <> 'token' AND expires <= ?`, micros(now))
		return errors.Join(gone, tx.QueryRowContext(ctx,
			`INSERT INTO credential (kind, hash, prefix, user, role, note, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
			kind, hash[:], shown, sql.NullInt64{Int64: u.ID, Valid: u.ID != 0}, u.Role, note, micros(now), expires).Scan(&c.ID))
	})
	return secret, c, err
}

func scanCredential(r *sql.Rows) (c Credential, err error) {
	var created int64
	var expires sql.NullInt64
	err = r.Scan(&c.ID, &c.Kind, &c.Prefix, &c.User, &c.Role, &c.Note, &created, &expires)
	c.Created = moment(created)
	if expires.Valid {
		c.Expires = moment(expires.Int64)
	}
	return c, err
}
