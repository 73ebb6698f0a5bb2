# Read by the shell of each job: a job that a signal kills says so in its log.
# Else the shell forgets it. Ctrl-C (2) is left out: every program under way gets it.
python() {
  command python "$@" || {
    local code=$? by=$(($? - 128))
    if ((by > 0 && by < 65 && by != 2)); then
      echo "error: killed by signal $by (SIG$(kill -l $by))" >&2
    fi
    return $code
  }
}
