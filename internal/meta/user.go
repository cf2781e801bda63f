package meta

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/clickspan/clickspan/internal/event"
)

// Role says what a person or token may do.
type Role string

// The roles. A viewer reads; an admin also changes settings, exports and erases.
const (
	Admin  Role = "admin"
	Viewer Role = "viewer"
)

// User is a person who logs in.
type User struct {
	ID      int64     `json:"id"`
	Name    string    `json:"name"`
	Role    Role      `json:"role"`
	Created time.Time `json:"created"`
}

// ErrWrongPassword says that name and password do not fit; it does not say which.
var ErrWrongPassword = errors.New("name or password is wrong")

const minPassword = 8

// CreateUser makes a person who may log in. Name and password are for people:
// trimmed name of 1 to 128 bytes, password of at least 8 characters.
func (db *DB) CreateUser(ctx context.Context, name, password string, role Role) (User, error) {
	u := User{Name: strings.TrimSpace(name), Role: role, Created: event.Time(db.now())}
	if u.Name == "" || len(u.Name) > 128 {
		return User{}, &event.Permanent{Err: errors.New("user name is empty or too long"), Hint: "Give a name of 1 to 128 bytes."}
	}
	if role != Admin && role != Viewer {
		return User{}, &event.Permanent{Err: fmt.Errorf("role %q is unknown", role), Hint: "Use admin or viewer."}
	}
	hash, err := hashPassword(password)
	if err != nil {
		return User{}, err
	}
	err = db.settings.row(ctx, []any{&u.ID},
		`INSERT INTO user (name, password, role, created) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id`,
		u.Name, hash, role, micros(u.Created))
	if errors.Is(err, sql.ErrNoRows) {
		return User{}, &event.Permanent{Err: fmt.Errorf("user %q exists", u.Name), Hint: "Choose another name, or set a new password for this one."}
	}
	return u, err
}

// Users lists people by name.
func (db *DB) Users(ctx context.Context) ([]User, error) {
	return rows(ctx, db.settings, scanUser, `SELECT id, name, role, created FROM user ORDER BY name, id`)
}

// HasAdmin reports whether an admin exists, without whom only loopback may be served.
func (db *DB) HasAdmin(ctx context.Context) (bool, error) {
	var yes bool
	err := db.settings.row(ctx, []any{&yes}, `SELECT EXISTS (SELECT 1 FROM user WHERE role = 'admin')`)
	return yes, err
}

// DeleteUser removes a person, their logins and their tokens.
func (db *DB) DeleteUser(ctx context.Context, name string) error {
	done, err := db.settings.exec(ctx, `DELETE FROM user WHERE name = ?`, name)
	if err != nil {
		return err
	}
	return mustChange(done, fmt.Sprintf("user %q", name))
}

// SetPassword changes a password and ends the person's logins.
func (db *DB) SetPassword(ctx context.Context, name, password string) error {
	hash, err := hashPassword(password)
	if err != nil {
		return err
	}
	return db.settings.inTx(ctx, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, `UPDATE user SET password = ? WHERE name = ?`, hash, name)
		if err != nil {
			return err
		}
		if err := mustChange(done, fmt.Sprintf("user %q", name)); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM credential WHERE kind = 'login' AND user = (SELECT id FROM user WHERE name = ?)`, name)
		return err
	})
}

// CheckPassword returns the person, or [ErrWrongPassword]. An unknown name takes
// as long as a wrong password, so that names cannot be guessed by time.
func (db *DB) CheckPassword(ctx context.Context, name, password string) (User, error) {
	var u User
	var stored string
	var created int64
	err := db.settings.row(ctx, []any{&u.ID, &u.Name, &u.Role, &created, &stored}, `SELECT id, name, role, created, password FROM user WHERE name = ?`, strings.TrimSpace(name))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return User{}, err
	}
	if !passwordFits(stored, password) {
		return User{}, ErrWrongPassword
	}
	u.Created = moment(created)
	return u, nil
}

func scanUser(r *sql.Rows) (u User, err error) {
	var created int64
	err = r.Scan(&u.ID, &u.Name, &u.Role, &created)
	u.Created = moment(created)
	return u, err
}

// The cost of argon2id follows RFC 9106's second recommendation, with 3 passes
// over 19 MiB so that a log-in on a small machine stays affordable.
const (
	argonPasses  = 3
	argonMemory  = 19 << 10 // KiB
	argonThreads = 1
	argonBytes   = 32
)

func hashPassword(password string) (string, error) {
	if len(password) < minPassword {
		return "", &event.Permanent{
			Err:  fmt.Errorf("password has %d characters; at least %d are needed", len(password), minPassword),
			Hint: "Use a longer password, a short sentence for example.",
		}
	}
	var salt [16]byte
	_, _ = rand.Read(salt[:])
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonThreads,
		b64.EncodeToString(salt[:]), b64.EncodeToString(argon(password, salt[:]))), nil
}

func argon(password string, salt []byte) []byte {
	return argon2.IDKey([]byte(password), salt, argonPasses, argonMemory, argonThreads, argonBytes)
}

// passwordFits compares in constant time. Text that is not one of our hashes fits
// nothing but costs the same.
func passwordFits(stored, password string) bool {
	parts := strings.Split(stored, "$")
	var salt, want []byte
	if len(parts) == 6 {
		salt, _ = base64.RawStdEncoding.DecodeString(parts[4])
		want, _ = base64.RawStdEncoding.DecodeString(parts[5])
	}
	got := argon(password, salt)
	return len(want) == argonBytes && subtle.ConstantTimeCompare(got, want) == 1
}
