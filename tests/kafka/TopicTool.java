// SPDX-License-Identifier: Apache-2.0
// Topics for the tests, which kcat cannot make: one command per line of standard input, answered by
// "ok" or the error.
//   create NAME PARTITIONS [key=value ...]     delete NAME     trim NAME PARTITION OFFSET
//   grow NAME PARTITIONS
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;

class TopicTool {
  public static void main(String[] arguments) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) arguments[0]))) {
      var input = new BufferedReader(new InputStreamReader(System.in));
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        try {
          run(admin, line.split(" "));
          System.out.println("ok");
        } catch (Exception error) {
          System.out.println(error.toString().replace('\n', ' '));
        }
      }
    }
  }

  static void run(Admin admin, String[] words) throws Exception {
    switch (words[0]) {
      case "create" -> {
        Map<String, String> config = new HashMap<>();
        for (int i = 3; i < words.length; ++i) {
          String[] entry = words[i].split("=", 2);
          config.put(entry[0], entry[1]);
        }
        NewTopic topic = new NewTopic(words[1], Integer.parseInt(words[2]), (short) 1);
        admin.createTopics(List.of(topic.configs(config))).all().get();
      }
      case "delete" -> admin.deleteTopics(List.of(words[1])).all().get();
      case "grow" -> {
        NewPartitions wanted = NewPartitions.increaseTo(Integer.parseInt(words[2]));
        admin.createPartitions(Map.of(words[1], wanted)).all().get();
      }
      case "trim" -> {
        var partition = new TopicPartition(words[1], Integer.parseInt(words[2]));
        var until = RecordsToDelete.beforeOffset(Long.parseLong(words[3]));
        admin.deleteRecords(Map.of(partition, until)).all().get();
      }
      default -> throw new IllegalArgumentException(words[0]);
    }
  }
}
