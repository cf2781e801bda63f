package meta

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// newSecret makes 192 random bits in URL-safe text behind a prefix that says what
// the secret is for; people recognise it, and so do scanners of leaked secrets.
func newSecret(prefix string) (secret, shown string) {
	var raw [24]byte
	_, _ = rand.Read(raw[:]) // never fails: crypto/rand ends the program instead
	secret = prefix + base64.RawURLEncoding.EncodeToString(raw[:])
	return secret, secret[:len(prefix)+4]
}

// hashOf is how secrets are stored. They are random, so a plain hash is enough.
func hashOf(secret string) [32]byte { return sha256.Sum256([]byte(secret)) }

// PseudonymSecret returns the key of the pseudonyms, 32 bytes, made at first use.
// It lies in the settings, because a restore without it could join nobody.
func (db *DB) PseudonymSecret(ctx context.Context) ([]byte, error) {
	return db.secret(ctx, "pseudonym")
}

func (db *DB) secret(ctx context.Context, name string) ([]byte, error) {
	var fresh [32]byte
	_, _ = rand.Read(fresh[:])
	_, err := db.settings.exec(ctx, `INSERT INTO secret (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING`, name, fresh[:])
	if err != nil {
		return nil, fmt.Errorf("secret %s: %w", name, err)
	}
	var value []byte
	err = db.settings.row(ctx, []any{&value}, `SELECT value FROM secret WHERE name = ?`, name)
	return value, err
}
