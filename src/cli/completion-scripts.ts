// Our own for these two: the generated ones evaluate what was typed, so that TAB ran it as commands.

/** Needs bash 4.4 and nothing else. Words are passed as an array; what they hold is never evaluated. */
export const bashScript = `# bash completion for ssh-admin
__ssh_admin_complete() {
    local cur=\${COMP_WORDS[COMP_CWORD]} word last='' line directive=0
    local -a words=() lines=()
    # bash cuts --option=value into three: the program is asked as if there were a blank.
    for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
        if [[ $word == '=' && $last == --* ]]; then last='='; continue; fi
        words+=("$word")
        last=$word
    done
    if [[ $cur == '=' ]]; then cur=''; words+=(''); fi
    mapfile -t lines < <(ssh-admin complete -- "\${words[@]}" 2>/dev/null </dev/null)
    COMPREPLY=()
    for line in "\${lines[@]}"; do
        if [[ $line =~ ^:([0-9]+)$ ]]; then
            directive=\${BASH_REMATCH[1]}
        elif [[ -n $line && \${line%%$'\\t'*} == "$cur"* ]]; then
            COMPREPLY+=("\${line%%$'\\t'*}")
        fi
    done
    # 4: no files here; otherwise the shell completes their names itself.
    if (( directive & 4 )); then compopt +o default; fi
}
complete -o default -F __ssh_admin_complete ssh-admin
`

/** The same for zsh. */
export const zshScript = `#compdef ssh-admin
_ssh_admin() {
    local directive line
    local -a typed lines values
    typed=("\${(@)words[2,CURRENT]}")
    if [[ $typed[-1] == --*=* ]]; then
        typed[-1]=("\${typed[-1]%%=*}" "\${typed[-1]#*=}")
        compset -P '--[^=]#='
    fi
    lines=("\${(@f)$(ssh-admin complete -- "\${(@)typed}" 2>/dev/null </dev/null)}")
    directive=$lines[-1]
    for line in "\${(@)lines[1,-2]}"; do
        if [[ -n $line ]]; then values+=("\${\${line//:/\\\\:}/$'\\t'/:}"); fi
    done
    if (( \${#values} )) && _describe ssh-admin values; then return 0; fi
    if [[ $directive != ':4' ]]; then _files; fi
}
if [[ \${funcstack[1]} == _ssh_admin ]]; then _ssh_admin "$@"; else compdef _ssh_admin ssh-admin; fi
`
