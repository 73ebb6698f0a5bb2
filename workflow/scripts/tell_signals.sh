# Read by the shell of each job.
#
# A job that a signal kills says so in its log; else the shell forgets it. Ctrl-C (2) is left out:
# every program under way gets it.
#
# A job of one thread is a fork of a process that has imported its libraries, where Snakemake has
# started one (workflow/orchestration/forks). Pages for people, which run for hours, have none.
python() {
  local client=()
  if [[ ${CBAL_FORKS:-} && ${OMP_NUM_THREADS:-} == 1 && ${1:-} == *.py ]]; then
    client=(-IS workflow/orchestration/forks/client.py)
  fi
  command python ${client[@]+"${client[@]}"} "$@" || {
    local code=$? by=$(($? - 128))
    if ((by > 0 && by < 65 && by != 2)); then
      echo "error: killed by signal $by (SIG$(kill -l $by))" >&2
    fi
    return $code
  }
}
