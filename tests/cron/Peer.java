/* Peer: due times by Quartz. Standard input: a line a question, of words with tabs between: zone, after_ms, how many,
 * expression; standard output: a line an answer, the due times in ms with spaces between, or "! " and why the expression is
 * refused.  dev/cron-peers java tests/cron/Peer.java */
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.text.ParseException;
import java.util.Date;
import java.util.TimeZone;
import org.quartz.CronExpression;

public class Peer {
    private static String answer(String[] words) {
        StringBuilder line = new StringBuilder();
        try {
            CronExpression cron = new CronExpression(words[3]);
            cron.setTimeZone(TimeZone.getTimeZone(words[0]));
            Date at = new Date(Long.parseLong(words[1]));
            for (int n = Integer.parseInt(words[2]); n > 0; n--) {
                at = cron.getNextValidTimeAfter(at);
                if (at == null) {
                    break;
                }
                line.append(at.getTime()).append(' ');
            }
        } catch (ParseException | RuntimeException error) {
            return "! " + error.getMessage();
        }
        return line.toString();
    }

    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        StringBuilder out = new StringBuilder();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.append(answer(line.split("\t"))).append('\n');
        }
        System.out.print(out);
    }
}
