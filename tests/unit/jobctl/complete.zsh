# complete.zsh: what zsh offers behind each of some lines, typed at its prompt as by a person: a line of
# words for each. Usage: zsh -f complete.zsh COMPLETION LINE...; it writes into the folder it is in.
zmodload zsh/zpty
export COMPLETION=$1 ZDOTDIR=$PWD LC_ALL=C
shift
cat > .zshrc <<'END'
source $COMPLETION
compadd() {
    [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]] || { builtin compadd -A found "$@"; offers+=(${(Q)found}) }
    builtin compadd "$@"
}
again() { offers=() compprefuncs=(again) comppostfuncs=(show) } # zsh forgets them each time
show() { print -r -- ${(ou)offers} >> $ZDOTDIR/.offers; print '<shown>' }
typeset -a offers found compprefuncs=(again)
bindkey '^I' complete-word '^U' kill-whole-line
PS1='<ready>'
END
zpty shell zsh -d -i
zpty -r shell seen '*<ready>*'
for line; do
    zpty -w -n shell $line$'\t'
    zpty -r shell seen '*<shown>*'
    zpty -w -n shell $'\C-U'
done
zpty -d shell
cat .offers
