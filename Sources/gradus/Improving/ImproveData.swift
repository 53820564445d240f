// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusModeling

/// Rows of data for a workflow: JSON lines, or a table of comma-separated values with a header.
struct ImproveData {
  /// Names in the order in which they first appear.
  private(set) var fields: [String] = []
  private(set) var rows: [[String: String]] = []

  /// Reads a file. `kept` names the fields that are taken, nil for all; the field `target` is called "target" from then on.
  init(contentsOf path: String, kept: [String]? = nil, target: String? = nil) throws {
    let bytes = try FileBytes.load(path)
    if path.hasSuffix(".csv") || path.hasSuffix(".csv.gz") {
      let table = try CSVTable(try SourceText(bytes))
      fields = table.header.map(\.text)
      rows = table.rows.map { row in
        Dictionary(zip(fields, row.map(\.text))) { first, _ in first }
      }
    } else {
      try read(lines: bytes, path)
    }
    guard !rows.isEmpty else {
      throw ReadError(
        file: path, cause: "there is no data", expected: "a line {\"question\": …, \"target\": …} for each place")
    }
    for name in (kept ?? []) + (target.map { [$0] } ?? []) where !fields.contains(name) {
      throw ReadError(
        file: path, cause: "no row has '\(name)'",
        expected: nearest(to: name, among: fields).map { "'\($0)'" } ?? fields.joined(separator: ", "))
    }
    if let kept { fields.removeAll { !kept.contains($0) && $0 != target } }
    if let target, target != "target" {
      guard !fields.contains("target") else {
        throw ReadError(
          file: path, cause: "there is a field 'target' beside '\(target)'", expected: "data: {fields: […]} without it")
      }
      fields = fields.map { $0 == target ? "target" : $0 }
      for k in rows.indices { rows[k]["target"] = rows[k].removeValue(forKey: target) }
    }
    guard !fields.contains("output") else {
      throw ReadError(
        file: path, cause: "a field 'output' would hide what the workflow gives",
        expected: "data: {file: …, target: output}")
    }
    // A place that lacks what others have would be asked about something else.
    for (k, row) in rows.enumerated() {
      if let missing = fields.first(where: { row[$0] == nil }) {
        throw ReadError(file: path, cause: "row \(k + 1) has no '\(missing)'", expected: "the same fields in every row")
      }
    }
  }

  private mutating func read(lines bytes: FileBytes, _ path: String) throws {
    let text = [UInt8](bytes.bytes)
    for (k, line) in text.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
      // The guard byte behind the text, and line ends of other systems.
      let plain = line.filter { $0 != 13 && $0 != 0 }
      if plain.allSatisfy({ $0 == 32 || $0 == 9 }) { continue }
      let value: JSONValue
      do { value = try JSONValue(parsing: Array(plain)) } catch {
        throw ReadError(file: path, cause: "line \(k + 1) is no JSON: \(error)", expected: "an object on each line")
      }
      guard let members = value.members else {
        throw ReadError(file: path, cause: "line \(k + 1) is no object", expected: "{\"question\": …, \"target\": …}")
      }
      var row: [String: String] = [:]
      for member in members {
        if !fields.contains(member.name) { fields.append(member.name) }
        row[member.name] = member.value.text ?? member.value.description
      }
      rows.append(row)
    }
  }
}
