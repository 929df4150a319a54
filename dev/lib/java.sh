# shellcheck shell=bash disable=SC2034,SC2154
# java.sh: servers that come as jars by Maven.

# jars_fill FOLDER POM: the pinned jars and all that they need at run time, in FOLDER/libs.
jars_fill() {
  have mvn || fill_failed 'Maven is missing' 'install it with: dev/install servers'
  mvn --batch-mode --quiet -f "$2" dependency:copy-dependencies -DincludeScope=runtime \
    -DoutputDirectory="$1/libs" \
    || fill_failed 'Maven could not get the jars' \
      'check the network or the mirror in ~/.m2/settings.xml, then run the same command again'
}

need_java() {
  have java || die 'Java is missing; install it with: dev/install servers'
}
