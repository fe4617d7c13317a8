/// Samples in POSIX shell.
enum ShellSamples {
  /// What each begins with: reads the request, and answers.
  static let head = #"""
    #!/bin/sh
    # A plug-in of token-broker (token-broker.plugin/1): one request on standard input, one answer on standard output.
    # Standard output takes the answer alone; what is said for people goes to standard error, and never has a secret in it.
    set -eu

    # One line of at most 64 KiB with its end. Its first members have this order and no white space between, so that sed can read them.
    request=$(head -c 65537)
    [ "${#request}" -lt 65536 ] || { echo 'the request is longer than 64 KiB' >&2; exit 1; }
    first='^{"protocol":"\([^"\\]*\)","id":"\([^"\\]*\)","operation":"\([^"\\]*\)",.*}$'
    member() { printf '%s\n' "$request" | sed -n "s/$first/\\$1/p"; }
    # A text or a number further on; a quotation mark in another text is written \", so that it is not taken for this one.
    text() { printf '%s\n' "$request" | sed -n "s/.*[,{]\"$1\":\"\([^\"\\\\]*\)\".*/\1/p"; }
    number() { printf '%s\n' "$request" | sed -n "s/^[^{]*{\"protocol\".*,\"$1\":\([0-9]*\),\"settings\".*/\1/p"; }
    id=$(member 2)
    [ -n "$id" ] || { echo 'this is not a request of token-broker.plugin' >&2; exit 1; }

    # printf is a part of the shell: what it is given is not among the arguments of a process.
    answer() { printf '{"protocol":"token-broker.plugin/1","id":"%s",%s}\n' "$id" "$1"; exit 0; }
    result() { answer "\"result\":$1"; }
    # CODE MESSAGE REMEDY, without quotation marks and backslashes.
    failure() { answer "$(printf '"error":{"code":"%s","message":"%s","remedy":"%s"}' "$1" "$2" "$3")"; }

    [ "$(member 1)" = token-broker.plugin/1 ] || failure unsupported 'This program speaks token-broker.plugin/1.' 'Use a version of both that fits.'


    """#

  static let provider = #"""
    # The CI system: what says that a job runs here, and where its identity token is. Change these.
    sign=${@VARIABLE@_CI-}
    token=${@VARIABLE@_ID_TOKEN-}

    case $(member 3) in
      describe)
        result '{"name":"@name@","version":"1.0","protocols":["token-broker.plugin/1"],"kinds":["provider"],"operations":["describe","detect","identity-token"],"environment":["@VARIABLE@_CI","@VARIABLE@_ID_TOKEN"],"hosts":[]}' ;;
      detect)
        # Names of variables alone, never what they hold.
        [ -n "$sign" ] || result '{"present":false}'
        [ -n "$token" ] || result '{"present":true,"evidence":["@VARIABLE@_CI"],"problem":{"code":"permission","message":"@VARIABLE@_ID_TOKEN is not set.","remedy":"Ask for an identity token in the job."}}'
        result '{"present":true,"rank":"job","evidence":["@VARIABLE@_CI","@VARIABLE@_ID_TOKEN"]}' ;;
      identity-token)
        # token-broker checks that the token is made out to the audience of the request: text audience
        case $token in
          '' | *[!A-Za-z0-9._-]*) failure permission '@VARIABLE@_ID_TOKEN holds no identity token.' 'Ask for one in the job.' ;;
        esac
        # There is one for each job. A CI system that makes them on request answers "supply":"renewable".
        result "{\"token\":\"$token\",\"supply\":\"fixed\",\"left\":0}" ;;
      *) failure unsupported 'This program does not know the operation.' 'Use a version of both that fits.' ;;
    esac

    """#

  static let registry = #"""
    # The registry: where identity tokens are exchanged, on the host that packages are uploaded to. Change the path, the form of the
    # body and what is read from the answer.
    url=$(text upload-url)
    host=${url#*://}
    host=${host%%/*}
    endpoint=${url%%://*}://$host/-/token

    case $(member 3) in
      describe)
        result '{"name":"@name@","version":"1.0","protocols":["token-broker.plugin/1"],"kinds":["registry"],"operations":["describe","audience","exchange"],"environment":["PATH","https_proxy","no_proxy","SSL_CERT_FILE"],"hosts":["the host of upload-url"]}' ;;
      audience)
        case $host in
          '' | *[!A-Za-z0-9.:-]*) failure configuration 'The upload address has no host.' 'Correct upload-url.' ;;
        esac
        # Its own host: any other audience has to stand in the configuration.
        result "{\"audience\":\"$host\"}" ;;
      exchange)
        milliseconds=$(number deadline-ms)
        limit=$((milliseconds / 1000)).$(printf %03d $((milliseconds % 1000)))
        # The identity token goes to curl on standard input, not as an argument, which everybody on the machine could read.
        status=0
        reply=$(printf '{"identity_token":"%s"}' "$(text identity-token)" |
          curl -q --silent --max-time "$limit" --max-filesize 65536 --proto =https,http --header 'Content-Type: application/json' \
            --data-binary @- --write-out '\n%{http_code}' "$endpoint") || status=$?
        case $status in
          0) ;;
          # Nothing was sent: token-broker may send the same token again.
          5 | 6 | 7) failure unreachable "$host cannot be reached." 'Check the network.' ;;
          # It may have been sent: token-broker takes a fresh token, or stops.
          *) failure ambiguous "$host gave no whole answer (curl $status)." 'Check the network.' ;;
        esac
        code=$(printf '%s\n' "$reply" | tail -n 1)
        request=$(printf '%s\n' "$reply" | sed '$d')
        case $code in
          200) ;;
          401 | 403) failure refused "$host refused the identity token with status $code." 'Register this job there.' ;;
          429) failure rate-limited "$host answered $code." 'Try again later.' ;;
          *) failure ambiguous "$host answered $code." 'Check the upload address.' ;;
        esac
        # {"token":"...","expires_in":900}
        token=$(text token)
        seconds=$(printf '%s\n' "$request" | sed -n 's/.*"expires_in":\([0-9]*\).*/\1/p')
        case $token in
          '' | *[!A-Za-z0-9._~+/=-]*) failure internal "The answer of $host has no API token." 'Report this to whoever makes the plug-in.' ;;
        esac
        result "{\"token\":\"$token\",\"username\":\"__token__\",\"expires-at\":$(($(date +%s) + ${seconds:-900})),\"expires-in\":${seconds:-900}}" ;;
      *) failure unsupported 'This program does not know the operation.' 'Use a version of both that fits.' ;;
    esac

    """#

  static let test = #"""
    #!/bin/sh
    # Asks @name@ as token-broker does, and has the whole suite run where token-broker is there.
    set -eu
    program=$(cd "$(dirname "$0")" && pwd)/@name@

    # OPERATION MEMBERS VARIABLE=VALUE...
    ask() {
      operation=$1 members=$2
      shift 2
      printf '{"protocol":"token-broker.plugin/1","id":"t-1","operation":"%s","deadline-ms":900,"settings":{}%s}\n' \
        "$operation" "$members" | env -i "$@" "$program"
    }
    # TEXT ANSWER
    expect() {
      case $2 in
        *"$1"*) ;;
        *) printf 'expected %s in %s\n' "$1" "$2" >&2; exit 1 ;;
      esac
    }

    expect '"id":"t-1"' "$(ask describe '')"
    expect '"kinds":["@kind@"]' "$(ask describe '')"
    expect '"code":"unsupported"' "$(ask no-such-operation '')"

    """#

  static let providerTest = #"""
    expect '"present":false' "$(ask detect '')"
    expect '"code":"permission"' "$(ask detect '' @VARIABLE@_CI=true)"
    expect '"present":true,"rank":"job"' "$(ask detect '' @VARIABLE@_CI=true @VARIABLE@_ID_TOKEN=a.b.c)"
    expect '"token":"a.b.c"' "$(ask identity-token ',"audience":"x.invalid","attempt":1,"avoid-jti":[]' @VARIABLE@_ID_TOKEN=a.b.c)"

    """#

  static let registryTest = #"""
    target=',"target":{"name":"x","upload-url":"https://registry.invalid/upload/","rehearsal":false}'
    expect '"audience":"registry.invalid"' "$(ask audience "$target")"
    expect '"error"' "$(ask exchange "$target,\"audience\":\"registry.invalid\",\"identity-token\":\"a.b.c\"")"

    """#

  static let testEnd = #"""
    if command -v token-broker >/dev/null; then token-broker plugins check "$program" --kind @kind@; fi
    echo ok

    """#
}
