import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** Named arrays as they come in: a line {@code name bytes count}, then the numbers, big-endian; a line {@code end}. */
final class Tables {
    private final Map<String, int[]> ints = new HashMap<>();
    private final Map<String, long[]> longs = new HashMap<>();

    static Tables read(DataInputStream in) throws IOException {
        Tables tables = new Tables();
        for (String line = line(in); !line.equals("end"); line = line(in)) {
            String[] words = line.split(" ");
            int width = Integer.parseInt(words[1]);
            int count = Integer.parseInt(words[2]);
            ByteBuffer bytes = ByteBuffer.wrap(in.readNBytes(width * count));
            if (width == Integer.BYTES) {
                int[] values = new int[count];
                bytes.asIntBuffer().get(values);
                tables.ints.put(words[0], values);
            } else {
                long[] values = new long[count];
                bytes.asLongBuffer().get(values);
                tables.longs.put(words[0], values);
            }
        }
        return tables;
    }

    private static String line(DataInputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the instance ends too soon, after: " + line);
            }
            line.append((char) c);
        }
        return line.toString();
    }

    int[] ints(String name) {
        return found(name, ints.get(name));
    }

    long[] longs(String name) {
        return found(name, longs.get(name));
    }

    private static <T> T found(String name, T values) {
        if (values == null) {
            throw new IllegalArgumentException("the instance has no " + name);
        }
        return values;
    }
}
