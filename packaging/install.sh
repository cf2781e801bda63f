#!/bin/sh
# Puts the files of this archive in place and does nothing else: no download, no service started, no user made.
#   ./install.sh            into /usr/local (needs root)
#   ./install.sh ~/.local   anywhere else
set -eu
prefix=${1:-/usr/local}
here=$(cd "$(dirname "$0")" && pwd)
if ! "$here/clickspan" version >/dev/null; then
	echo "This archive is for another kind of machine than $(uname -m); take the one for yours." >&2
	exit 1
fi
if ! mkdir -p "$prefix/bin" "$prefix/share/doc/clickspan" 2>/dev/null || ! [ -w "$prefix/bin" ]; then
	echo "You may not write to $prefix; run as root, or name another place: $0 ~/.local" >&2
	exit 1
fi
# A running binary cannot be written over, so the new one takes its name.
cp "$here/clickspan" "$prefix/bin/clickspan.new"
chmod 755 "$prefix/bin/clickspan.new"
mv -f "$prefix/bin/clickspan.new" "$prefix/bin/clickspan"
for file in README.md LICENSE CHANGELOG.md clickspan.service Dockerfile; do
	cp "$here/$file" "$prefix/share/doc/clickspan/$file"
done
cat <<END
$("$prefix/bin/clickspan" version) is in $prefix/bin.

Try it:          $prefix/bin/clickspan serve
As a service:    cp $prefix/share/doc/clickspan/clickspan.service /etc/systemd/system/ && systemctl enable --now clickspan
Upgrading:       stop the old one, back up its data directory, start the new one; clickspan migrate --check says what it would change.
END
