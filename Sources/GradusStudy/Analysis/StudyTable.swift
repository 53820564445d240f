// SPDX-License-Identifier: Apache-2.0
import GradusCore

/// The trials of a study as comma-separated values, a line a trial.
///
///     number,state,value,params_lr,user_attrs_note,datetime_start,datetime_complete,seconds
///
/// With several objectives the values are called `values_0`, `values_1`, …, or `values_NAME` where they have names. Fields are
/// quoted as in RFC 4180 where they must be; lines end with a line feed. Numbers are written in the shortest form that reads back
/// to the same bits, the others as `nan`, `inf` and `-inf`. Values that are neither texts nor numbers are JSON. What a trial lacks
/// is empty.
public struct StudyTable: Sendable {
  private let study: StudyRecord
  private let columns: StudyColumns
  private let attributes: [String]

  public init(_ study: StudyRecord) {
    self.study = study
    columns = StudyColumns(study)
    var (names, known): ([String], Set<String>) = ([], [])
    for trial in study.trials {
      for attribute in trial.userAttributes where known.insert(attribute.name).inserted { names.append(attribute.name) }
    }
    attributes = names
  }

  /// The whole table, in parts.
  public var parts: [[UInt8]] {
    var parts: [[UInt8]] = []
    var bytes = line(header)
    for trial in study.trials {
      bytes += line(row(trial))
      guard bytes.count > 1 << 20 else { continue }
      parts.append(bytes)
      bytes.removeAll()
    }
    return parts + [bytes]
  }

  private var header: [String] {
    let named = study.attribute(.system, "study:metric_names") != nil
    let values =
      study.directions.count == 1
      ? [named ? "values_" + study.objectiveNames[0] : "value"]
      : study.directions.indices.map { "values_" + (named ? study.objectiveNames[$0] : "\($0)") }
    return ["number", "state"] + values + columns.names.map { "params_" + $0 } + attributes.map { "user_attrs_" + $0 }
      + ["datetime_start", "datetime_complete", "seconds"]
  }

  private func row(_ trial: TrialRecord) -> [String] {
    var row = ["\(trial.number)", trial.state.name]
    for k in study.directions.indices { row.append(k < trial.values.count ? Self.text(trial.values[k]) : "") }
    row += columns.values(of: trial, in: study).map { $0.map(Self.text) ?? "" }
    row += attributes.map { name in trial.attribute(.user, name).map(Self.text) ?? "" }
    row.append(trial.started?.description ?? "")
    row.append(trial.completed?.description ?? "")
    row.append(trial.seconds.map { Self.text($0) } ?? "")
    return row
  }

  private static func text(_ number: Double) -> String {
    number.isFinite ? number.description : number.isNaN ? "nan" : number > 0 ? "inf" : "-inf"
  }

  private static func text(_ value: JSONValue) -> String { value.text ?? value.description }

  private func line(_ fields: [String]) -> [UInt8] {
    var bytes: [UInt8] = []
    for (k, field) in fields.enumerated() {
      if k > 0 { bytes.append(UInt8(ascii: ",")) }
      Self.write(field, to: &bytes)
    }
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  private static func write(_ field: String, to bytes: inout [UInt8]) {
    let needsQuotes = field.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
    guard needsQuotes else {
      bytes += Array(field.utf8)
      return
    }
    bytes.append(0x22)
    for byte in field.utf8 {
      if byte == 0x22 { bytes.append(0x22) }
      bytes.append(byte)
    }
    bytes.append(0x22)
  }
}
