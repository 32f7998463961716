# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion for ctreplay(1). Commands and options stand above, made from the program's tables; other words are asked of
# the program itself (ctreplay list ...), so that this file need not change when an option, a sysctl or a format is added.

_ctreplay_list()
{
    "${COMP_WORDS[0]}" list "$@" 2>/dev/null
}

# Words after the last comma of a list: those before it are kept.
_ctreplay_comma()
{
    local done=''
    [[ $cur == *,* ]] && done=${cur%,*},
    mapfile -t COMPREPLY < <(compgen -P "$done" -W "$1" -- "${cur##*,}")
    compopt -o nospace 2>/dev/null
}

# The sub-command that options belong to; "ctreplay" where there is none.
_ctreplay_command()
{
    local command
    for command in $_ctreplay_commands; do
        [[ ${COMP_WORDS[1]-} == "$command" && $COMP_CWORD -gt 1 ]] && echo "$command" && return
    done
    echo ctreplay
}

# One of the words that the option's table has: "text|json".
_ctreplay_choice()
{
    local wants
    wants=$(_ctreplay_wants "$(_ctreplay_command)" "$1")
    [[ $wants == *\|* ]] && mapfile -t COMPREPLY < <(compgen -W "${wants//|/ }" -- "$cur")
}

_ctreplay_value()
{
    case $1 in
    --profile) mapfile -t COMPREPLY < <(compgen -W "$(_ctreplay_list profiles | grep -v '^Other\|^$' | cut -d' ' -f1)" -- "$cur") ;;
    -o | --output)
        [[ $(_ctreplay_command) != ctreplay ]] && _ctreplay_choice "$1" && return
        _ctreplay_comma "$(_ctreplay_list formats | cut -d' ' -f1) timestamp extended id ktimestamp labels"
        ;;
    --reason) _ctreplay_comma "$(_ctreplay_list reasons | cut -d' ' -f1)" ;;
    --class) _ctreplay_comma "$(_ctreplay_list classes)" ;;
    --state) mapfile -t COMPREPLY < <(compgen -W "$(_ctreplay_list states | awk '{ print $2 }')" -- "$cur") ;;
    --helper | --no-helper) mapfile -t COMPREPLY < <(compgen -W "$(_ctreplay_list helpers | cut -d' ' -f1)" -- "$cur") ;;
    --verdict) _ctreplay_comma 'accept drop reject unknown' ;;
    --assume)
        mapfile -t COMPREPLY < <(compgen -S = -W "$(_ctreplay_list matches | cut -d' ' -f1 | uniq)" -- "$cur")
        compopt -o nospace 2>/dev/null
        ;;
    --features) _ctreplay_comma 'acct mark secmark none' ;;
    -e | --event-mask) _ctreplay_comma 'NEW UPDATES DESTROY ALL' ;;
    -u | --status) _ctreplay_comma 'ASSURED SEEN_REPLY UNREPLIED EXPECTED HELPER FIXED_TIMEOUT' ;;
    -p | --proto | --protonum) mapfile -t COMPREPLY < <(compgen -W 'tcp udp icmp icmpv6 sctp gre udplite dccp esp ah' -- "$cur") ;;
    --module)
        mapfile -t COMPREPLY < <(compgen -S = -W "$(_ctreplay_list modules | cut -d' ' -f1)" -- "$cur"
                                 compgen -f -- "$cur")
        compopt -o nospace 2>/dev/null
        ;;
    --sysctl)
        mapfile -t COMPREPLY < <(compgen -S = -W "$(_ctreplay_list sysctls | cut -d' ' -f1)" -- "$cur"
                                 compgen -f -- "$cur")
        compopt -o nospace 2>/dev/null
        ;;
    *)
        local wants
        wants=$(_ctreplay_wants "$(_ctreplay_command)" "$1")
        case $wants in
        '' | \[*) return 1 ;;
        FILE*) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
        *\|*) mapfile -t COMPREPLY < <(compgen -W "${wants//|/ }" -- "$cur") ;;
        esac
        ;;
    esac
}

_ctreplay()
{
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()
    # "=" is a word of its own to readline: --opt=value, NAME=VALUE.
    if [[ $prev == '=' && $COMP_CWORD -ge 2 ]]; then
        prev=${COMP_WORDS[COMP_CWORD - 2]}
    elif [[ $cur == '=' ]]; then
        cur=''
    fi
    case $prev in
    -L | -E | -C)
        mapfile -t COMPREPLY < <(compgen -W 'conntrack expect' -- "$cur"; compgen -f -- "$cur")
        return
        ;;
    help)
        if [[ $COMP_CWORD -eq 2 ]]; then
            mapfile -t COMPREPLY < <(compgen -W "$_ctreplay_commands $(for what in sysctls reasons formats profiles helpers fields classes; do
                _ctreplay_list $what | sed 's/:$//' | cut -d' ' -f1; done) $(_ctreplay_options ctreplay)" -- "$cur")
            return
        fi
        ;;
    list)
        if [[ $COMP_CWORD -eq 2 ]]; then
            mapfile -t COMPREPLY < <(compgen -W 'formats sysctls reasons profiles helpers modules classes states options commands fields matches targets changes' -- "$cur")
            return
        fi
        ;;
    -?*) _ctreplay_value "$prev" && return ;;
    esac
    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_ctreplay_options "$(_ctreplay_command)")" -- "$cur")
        return
    fi
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <([[ $COMP_CWORD -eq 1 ]] && compgen -W "$_ctreplay_commands" -- "$cur"; compgen -f -- "$cur")
}

complete -F _ctreplay ctreplay
