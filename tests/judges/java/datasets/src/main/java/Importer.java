import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.File;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.openlca.core.database.Derby;
import org.openlca.core.database.IDatabase;
import org.openlca.core.io.ImportLog;
import org.openlca.core.model.Epd;
import org.openlca.core.model.Exchange;
import org.openlca.core.model.Flow;
import org.openlca.core.model.FlowProperty;
import org.openlca.core.model.FlowPropertyType;
import org.openlca.core.model.ImpactCategory;
import org.openlca.core.model.Process;
import org.openlca.core.model.Result;
import org.openlca.core.model.Unit;
import org.openlca.core.model.UnitGroup;
import org.openlca.io.UnitMapping;
import org.openlca.io.ecospold1.input.EcoSpold01Import;
import org.openlca.io.ecospold2.input.EcoSpold2Import;
import org.openlca.io.ilcd.ILCDImport;
import org.openlca.jsonld.ZipStore;
import org.openlca.jsonld.input.JsonImport;

/**
 * Imports each file into an empty database of its own and tells what is in it then.
 *
 * <p>Arguments: pairs of a format (ilcd, ecospold1, ecospold2, openlca) and a zip. One line of JSON comes out
 * for each.
 */
public final class Importer {

  /**
   * What every openLCA database is born with and the EcoSpold importers lean on: units with the ids that
   * their tables name. Quantity, its id (none: that of the line above), unit, its id, factor.
   */
  private static final String[][] UNITS = {
    {"Mass", "93a60a56-a3c8-11da-a746-0800200b9a66", "kg", "20aadc24-a391-41cf-b340-3e4529f44bde", "1"},
    {"", "", "g", "", "0.001"},
    {"", "", "t", "", "1000"},
    {"Energy", "f6811440-ee37-11de-8a39-0800200c9a66", "MJ", "52765a6c-3896-43c2-b2f4-c679acf13efe", "1"},
    {"", "", "kWh", "86ad2244-1f0e-4912-af53-7865283103e4", "3.6"},
    {"Volume", "93a60a56-a3c8-22da-a746-0800200c9a66", "m3", "1c3a9695-398d-4b1f-b07e-a8715b610f70", "1"},
    {"", "", "l", "", "0.001"},
    {"Area", "93a60a56-a3c8-19da-a746-0800200c9a66", "m2", "3ce61faa-5716-41c1-aef6-b5920054acc9", "1"},
    {"Area*time", "93a60a56-a3c8-21da-a746-0800200c9a66", "m2*a", "c7266b67-4ea2-457f-b391-9b94e26e195a", "1"},
    {"Volume*time", "441238a3-ba09-46ec-b35b-c30cfba746d1", "m3*a", "ee5f2241-18af-4444-b457-b275660e5a20", "1"},
    {"Radioactivity", "93a60a56-a3c8-17da-a746-0800200c9a66", "kBq", "e9773595-284e-46dd-9671-5fc9ff406833", "1"},
    {"", "", "Bq", "", "0.001"},
    {"Length", "838aaa23-0117-11db-92e3-0800200c9a66", "m", "3d314eab-ef11-4ff3-a35e-9bc5cd858694", "1"},
    {"Goods transport", "838aaa20-0117-11db-92e3-0800200c9a66", "t*km", "0dea4ed8-bb6b-4049-b2b4-b2c413ef2180", "1"},
    {"", "", "tkm", "", "1"},
    {"Items", "01846770-4cfe-4a25-8ad9-919d8d378345", "Item(s)", "6dabe201-aaac-4509-92f0-d00c26cb72ab", "1"},
    {"", "", "unit", "", "1"},
  };

  public static void main(String[] arguments) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.setOut(System.err);
    for (int i = 0; i + 1 < arguments.length; i += 2) {
      File file = new File(arguments[i + 1]);
      try (IDatabase db = Derby.createInMemory()) {
        JsonObject told = told(db, arguments[i], file);
        told.addProperty("file", file.getName());
        out.println(told);
      }
    }
  }

  private static JsonObject told(IDatabase db, String format, File file) {
    JsonObject told = new JsonObject();
    JsonArray wrong = new JsonArray();
    try {
      ImportLog log = imported(db, format, file);
      if (log != null) {
        for (ImportLog.Message message : log.messages()) {
          if (message.isError() || message.isWarning()) {
            wrong.add(message.state() + " " + message.message());
          }
        }
      }
    } catch (Exception | LinkageError error) {
      wrong.add("THROWN " + error);
    }
    told.add("wrong", wrong);
    JsonArray processes = new JsonArray();
    for (Process process : db.getAll(Process.class)) {
      processes.add(process(process));
    }
    told.add("processes", processes);
    told.addProperty("flows", db.getAll(Flow.class).size());
    told.addProperty("epds", db.getAll(Epd.class).size());
    told.addProperty("categories", db.getAll(ImpactCategory.class).size());
    JsonArray results = new JsonArray();
    for (Result result : db.getAll(Result.class)) {
      result.impactResults.forEach(one -> results.add(one.amount));
    }
    told.add("results", results);
    return told;
  }

  private static ImportLog imported(IDatabase db, String format, File file) throws Exception {
    switch (format) {
      case "ilcd": {
        var store = new org.openlca.ilcd.io.ZipStore(file);
        var config = new org.openlca.io.ilcd.input.ImportConfig(store, db).withAllFlows(true);
        new ILCDImport(config).run();
        store.close();
        return config.log();
      }
      case "ecospold1": {
        units(db);
        var config = new org.openlca.io.ecospold1.input.ImportConfig(db);
        config.setUnitMapping(UnitMapping.createDefault(db));
        var all = new EcoSpold01Import(config);
        all.setFiles(new File[] {file});
        all.run();
        return all.log();
      }
      case "ecospold2": {
        units(db);
        var all = new EcoSpold2Import(new org.openlca.io.ecospold2.input.ImportConfig(db));
        all.setFiles(new File[] {file});
        all.run();
        return all.log();
      }
      default: {
        try (ZipStore store = ZipStore.open(file)) {
          new JsonImport(store, db).run();
        }
        return null;
      }
    }
  }

  private static void units(IDatabase db) {
    UnitGroup group = null;
    FlowProperty property = null;
    for (String[] row : UNITS) {
      Unit unit = Unit.of(row[2], Double.parseDouble(row[4]));
      unit.refId = row[3].isEmpty() ? UUID.randomUUID().toString() : row[3];
      if (row[1].isEmpty()) {
        group.units.add(unit);
        group = db.update(group);
        continue;
      }
      group = db.insert(UnitGroup.of("Units of " + row[0], unit));
      property = FlowProperty.of(row[0], group);
      property.refId = row[1];
      property.flowPropertyType = FlowPropertyType.PHYSICAL;
      property = db.insert(property);
      group.defaultFlowProperty = property;
      group = db.update(group);
    }
  }

  private static JsonObject process(Process process) {
    JsonObject told = new JsonObject();
    told.addProperty("id", process.refId);
    told.addProperty("name", process.name);
    told.addProperty("place", process.location == null ? null : process.location.code);
    JsonArray exchanges = new JsonArray();
    for (Exchange one : process.exchanges) {
      JsonObject exchange = new JsonObject();
      exchange.addProperty("flow", one.flow == null ? null : one.flow.refId);
      exchange.addProperty("input", one.isInput);
      exchange.addProperty("amount", one.amount);
      exchange.addProperty("unit", one.unit == null ? null : one.unit.name);
      exchange.addProperty("factor", one.unit == null ? 1 : one.unit.conversionFactor);
      exchange.addProperty("avoided", one.isAvoided);
      exchange.addProperty("formula", one.formula);
      exchange.addProperty("reference", one.equals(process.quantitativeReference));
      exchanges.add(exchange);
    }
    told.add("exchanges", exchanges);
    return told;
  }
}
