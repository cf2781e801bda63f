package meta

import (
	"context"
	"crypto/cipher"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/clickspan/clickspan/internal/event"
)

// Original is a personal identifier and the pseudonym that stands for it. Owner is
// the id, as stored, of the person whose erasure destroys it.
type Original struct {
	Owner, Pseudonym, Text string
}

// Seal puts originals into the vault: encrypted with XChaCha20-Poly1305 under a
// key of their owner's that lies in the key file. What is there already stays.
func (db *DB) Seal(ctx context.Context, project event.ProjectID, all []Original) error {
	if len(all) == 0 {
		return nil
	}
	keys, err := db.ownerKeys(ctx, project, all)
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	err = db.settings.inTx(ctx, func(tx *sql.Tx) error {
		put, err := tx.PrepareContext(ctx, `INSERT INTO vault (project, pseudonym, owner, sealed) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`)
		if err != nil {
			return err
		}
		defer func() { _ = put.Close() }()
		for _, o := range all {
			box := keys[o.Owner]
			nonce := make([]byte, box.NonceSize(), box.NonceSize()+len(o.Text)+box.Overhead())
			_, _ = rand.Read(nonce)
			sealed := box.Seal(nonce, nonce, []byte(o.Text), binding(project, o.Pseudonym, o.Owner))
			if _, err := put.ExecContext(ctx, project, o.Pseudonym, o.Owner, sealed); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	return nil
}

// Reveal opens a pseudonym; [ErrNotFound] when it was never sealed or its owner
// was erased.
func (db *DB) Reveal(ctx context.Context, project event.ProjectID, pseudonym string) (string, error) {
	type sealed struct {
		owner string
		bytes []byte
	}
	found, err := rows(ctx, db.settings, func(r *sql.Rows) (s sealed, err error) { return s, r.Scan(&s.owner, &s.bytes) },
		`SELECT owner, sealed FROM vault WHERE project = ? AND pseudonym = ? ORDER BY owner`, project, pseudonym)
	if err != nil {
		return "", err
	}
	for _, s := range found {
		var key []byte
		err := db.keys.row(ctx, []any{&key}, `SELECT key FROM person_key WHERE project = ? AND owner = ?`, project, s.owner)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return "", err
		}
		box, err := chacha20poly1305.NewX(key)
		if err != nil {
			return "", err
		}
		n := box.NonceSize()
		if len(s.bytes) < n {
			return "", fmt.Errorf("vault entry %s is damaged", pseudonym)
		}
		text, err := box.Open(nil, s.bytes[:n], s.bytes[n:], binding(project, pseudonym, s.owner))
		if err != nil {
			return "", fmt.Errorf("vault entry %s: %w", pseudonym, err)
		}
		return string(text), nil
	}
	return "", fmt.Errorf("original of %s: %w", pseudonym, ErrNotFound)
}

// Pseudonyms lists the pseudonyms whose originals belong to one of ids, sorted.
func (db *DB) Pseudonyms(ctx context.Context, project event.ProjectID, ids []string) ([]string, error) {
	var all []string
	for _, id := range ids {
		some, err := rows(ctx, db.settings, func(r *sql.Rows) (s string, err error) { return s, r.Scan(&s) },
			`SELECT DISTINCT pseudonym FROM vault WHERE project = ?1 AND owner = ?2 OR project = ?1 AND pseudonym = ?2 ORDER BY pseudonym`, project, id)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// DestroyPerson erases the vault of a person known by ids: first the keys, so that
// even copies of the sealed originals are lost, then the entries. It returns how
// many entries were there. Doing it twice is no error.
func (db *DB) DestroyPerson(ctx context.Context, project event.ProjectID, ids []string) (int64, error) {
	err := db.keys.inTx(ctx, func(tx *sql.Tx) error {
		for _, id := range ids {
			if _, err := tx.ExecContext(ctx, `DELETE FROM person_key WHERE project = ? AND owner = ?`, project, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = db.shredKeys(ctx)
	}
	if err != nil {
		return 0, fmt.Errorf("destroy person keys: %w", err)
	}
	var gone int64
	err = db.settings.inTx(ctx, func(tx *sql.Tx) error {
		for _, id := range ids {
			done, err := tx.ExecContext(ctx, `DELETE FROM vault WHERE project = ?1 AND owner = ?2 OR project = ?1 AND pseudonym = ?2`, project, id)
			if err != nil {
				return err
			}
			n, err := done.RowsAffected()
			if err != nil {
				return err
			}
			gone += n
		}
		return nil
	})
	return gone, err
}

// ownerKeys returns the cipher of every owner, making keys for new ones.
func (db *DB) ownerKeys(ctx context.Context, project event.ProjectID, all []Original) (map[string]cipher.AEAD, error) {
	boxes := map[string]cipher.AEAD{}
	err := db.keys.inTx(ctx, func(tx *sql.Tx) error {
		for _, o := range all {
			if boxes[o.Owner] != nil {
				continue
			}
			var key [chacha20poly1305.KeySize]byte
			_, _ = rand.Read(key[:])
			var stored []byte
			// The no-op update makes RETURNING answer for a key that exists.
			err := tx.QueryRowContext(ctx, `INSERT INTO person_key (project, owner, key) VALUES (?, ?, ?)
				ON CONFLICT DO UPDATE SET key = key RETURNING key`, project, o.Owner, key[:]).Scan(&stored)
			if err != nil {
				return err
			}
			if boxes[o.Owner], err = chacha20poly1305.NewX(stored); err != nil {
				return err
			}
		}
		return nil
	})
	return boxes, err
}

// binding ties a sealed text to its row, so that rows cannot be swapped.
func binding(project event.ProjectID, pseudonym, owner string) []byte {
	return []byte(strconv.FormatInt(int64(project), 10) + "\x00" + pseudonym + "\x00" + owner)
}
