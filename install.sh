#!/bin/sh
# Installs a released token-broker: downloads it, checks its SHA-256, tries it, and only then puts it in place.
set -eu
# Ranges such as a-z mean these letters alone.
LC_ALL=C
export LC_ALL

repository=OWNER/token-broker # Scripts/release --repository writes its own here

usage() {
  cat <<'TEXT'
Usage: install.sh --version VERSION [--to FOLDER] [--base-url URL] [--sha256 DIGEST]

  --version VERSION  the release, such as 0.1.0             (or TOKEN_BROKER_VERSION)
  --to FOLDER        where to put the tool; ~/.local/bin     (or TOKEN_BROKER_TO)
  --base-url URL     where releases are: URL/vVERSION/FILE   (or TOKEN_BROKER_BASE_URL)
  --sha256 DIGEST    the archive's SHA-256, instead of the release's own SHA256SUMS (or TOKEN_BROKER_SHA256)
TEXT
}

fail() {
  printf 'install.sh: %s\n' "$*" >&2
  exit 1
}

wrong() {
  printf 'install.sh: %s\n' "$*" >&2
  usage >&2
  exit 2
}

version=${TOKEN_BROKER_VERSION:-}
folder=${TOKEN_BROKER_TO:-}
base=${TOKEN_BROKER_BASE_URL:-}
digest=${TOKEN_BROKER_SHA256:-}
while [ $# -gt 0 ]; do
  option=$1
  case $option in
    --help | -h) usage && exit 0 ;;
    --*=*)
      value=${option#*=}
      option=${option%%=*}
      ;;
    --*)
      [ $# -ge 2 ] || wrong "$option needs a value, or is not an option."
      shift
      value=$1
      ;;
    *) wrong "There is no operand '$option'." ;;
  esac
  shift
  case $option in
    --version) version=$value ;;
    --to) folder=$value ;;
    --base-url) base=$value ;;
    --sha256) digest=$value ;;
    *) wrong "There is no option $option." ;;
  esac
done

version=${version#v}
case $version in
  '') wrong 'Which version? Give --version VERSION.' ;;
  [!0-9A-Za-z]* | *[!0-9A-Za-z.+-]*) wrong 'This is not a version.' ;;
esac
case $digest in
  *[!0-9a-f]*) wrong '--sha256 is 64 digits from 0 to f.' ;;
esac
[ -z "$digest" ] || [ ${#digest} -eq 64 ] || wrong '--sha256 is 64 digits from 0 to f.'
[ -n "$folder" ] || folder=${HOME:?is not set: give --to FOLDER}/.local/bin

if [ -z "$base" ]; then
  # Within its own action, GitHub names the repository that the action comes from.
  [ -z "${GITHUB_ACTION_REPOSITORY:-}" ] || repository=$GITHUB_ACTION_REPOSITORY
  case $repository in
    OWNER/*) wrong 'This copy does not know where releases are: give --base-url URL, or take install.sh from a release.' ;;
  esac
  base=${GITHUB_SERVER_URL:-https://github.com}/$repository/releases/download
fi
# Whatever is none of these can make an address that looks like one host lead to another: a user name before an @, a
# backslash that one program takes for a slash, a line end.
case $base in
  *[!0-9A-Za-z._~:/%+-]*)
    wrong 'The base URL may have letters, digits and ._~:/%+- alone: no user name, no @, no query, no spaces.' ;;
esac
case $base in
  https://*) protocols='=https' redirects=8 ;;
  http://127.0.0.1 | http://127.0.0.1/*) protocols='=http' redirects=0 ;;
  http://127.0.0.1:*)
    protocols='=http' redirects=0
    port=${base#http://127.0.0.1:}
    case ${port%%/*} in
      '' | *[!0-9]*) wrong 'The base URL has something else than a port behind 127.0.0.1.' ;;
    esac
    ;;
  *) wrong 'The base URL is https (http to 127.0.0.1 alone).' ;;
esac
base=${base%/}
# Nobody else answers for this machine: no other host by a redirect, and no proxy.
if [ "$redirects" = 0 ]; then
  no_proxy=127.0.0.1
  NO_PROXY=127.0.0.1
  export no_proxy NO_PROXY
fi

case "$(uname -s) $(uname -m)" in
  'Linux x86_64' | 'Linux amd64') platform=linux-x86_64 ;;
  'Linux aarch64' | 'Linux arm64') platform=linux-aarch64 ;;
  'Darwin arm64') platform=macos-arm64 ;;
  *) fail "there is no released binary for $(uname -s) $(uname -m); build it with swift build -c release." ;;
esac

have() { command -v "$1" >/dev/null 2>&1; }

# download URL FILE
download() {
  if have curl; then
    curl --globoff --proto "$protocols" --proto-redir "$protocols" --tlsv1.2 --fail --silent --show-error --location \
      --max-redirs "$redirects" --retry 3 \
      --connect-timeout 20 --max-time 600 --output "$2" "$1"
  elif have python3; then
    # -I: without it, Python runs a shutil.py or http.py of the folder that this was started in.
    python3 -I - "$1" "$2" "$redirects" <<'PYTHON'
import shutil, sys, urllib.request
address, path, redirects = sys.argv[1:]
class Redirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, request, answer, code, message, fields, target):
        if redirects == "0" or not target.startswith("https://"):
            raise OSError("redirected to an address that is not trusted")
        return super().redirect_request(request, answer, code, message, fields, target)
try:
    opener = urllib.request.build_opener(Redirects)
    with opener.open(address, timeout=60) as answer, open(path, "wb") as file:
        shutil.copyfileobj(answer, file)
except OSError as error:
    sys.exit(str(error))
PYTHON
  elif [ -n "$digest" ] && have wget; then
    wget -q -t 3 -T 60 -O "$2" "$1"
  elif have wget; then
    fail 'there is only wget to download with, which follows https to http: give --sha256, or install curl or python3.'
  else
    fail 'there is no curl or python3 to download with (wget will do with --sha256).'
  fi
}

# sum FILE
sum() {
  if have sha256sum; then
    sha256sum "$1"
  elif have shasum; then
    shasum -a 256 "$1"
  elif have openssl; then
    openssl dgst -sha256 -r "$1"
  elif have python3; then
    python3 -I -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$1"
  else
    fail 'there is no sha256sum, shasum, openssl or python3 to check the download with.'
  fi | cut -c1-64
}

work=$(mktemp -d) || fail "no folder for temporary files can be made in ${TMPDIR:-/tmp}; set TMPDIR to one that may be written."
staged=
trap 'rm -rf "$work" ${staged:+"$staged"}' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

name=token-broker-$version-$platform
archive=$name.tar.gz
source=$base/v$version

if [ -z "$digest" ]; then
  download "$source/SHA256SUMS" "$work/SHA256SUMS" || fail "there is no $source/SHA256SUMS to check the download with."
  digest=$(sed -n "s/^\([0-9a-f]\{64\}\) [ *]$(printf %s "$archive" | sed 's/[.+]/\\&/g')\$/\1/p" "$work/SHA256SUMS")
  [ ${#digest} -eq 64 ] || fail "SHA256SUMS does not name $archive exactly once."
fi
download "$source/$archive" "$work/$archive" || fail "$source/$archive cannot be downloaded."
actual=$(sum "$work/$archive")
[ "$actual" = "$digest" ] ||
  fail "$archive is not what was released: its SHA-256 is $actual, expected $digest. Nothing was installed."

tar -xzf "$work/$archive" -C "$work" "$name/token-broker" || fail "$archive holds no $name/token-broker."
chmod 755 "$work/$name/token-broker"
shown=$("$work/$name/token-broker" --version 2>&1) || fail "token-broker $version does not run on this machine: $shown"
case $shown in
  "token-broker $version" | "token-broker $version
"*) ;;
  *) fail "$archive holds another version: $shown" ;;
esac

case $folder in
  -*) folder=./$folder ;;
esac
[ ! -d "$folder/token-broker" ] || fail "$folder/token-broker is a folder."
mkdir -p "$folder"
staged=$(mktemp "$folder/.token-broker.XXXXXX")
cp "$work/$name/token-broker" "$staged"
chmod 755 "$staged"
mv -f "$staged" "$folder/token-broker"
staged=
printf 'token-broker %s is installed as %s/token-broker\n' "$version" "$folder" >&2
case :$PATH: in
  *":$folder:"*) ;;
  *) printf 'install.sh: %s is not in PATH\n' "$folder" >&2 ;;
esac
