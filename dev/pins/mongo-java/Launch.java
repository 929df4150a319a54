/* Launch PORT FILE: mongo-java-server on 127.0.0.1, keeping its data in FILE. */
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.h2.H2Backend;

public class Launch {
    public static void main(String[] args) {
        MongoServer server = new MongoServer(new H2Backend(args[1]));
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown));
        server.bind("127.0.0.1", Integer.parseInt(args[0]));
    }
}
