// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

/// The names of a problem as a format can hold them.
struct WrittenNames {
  var problem: String
  var objective: String
  var rows: [String]
  var columns: [String]
  var sets: [String]
  var isEncoded = false
  var losses: [ConversionLoss] = []

  /// Encodes all names when one of them is not `isLegal`; refuses a problem in which two rows or columns share a name.
  init(
    _ form: StandardForm, file: String, isLegal: (String) -> Bool, isAllowed: @escaping (String, Int, UInt8) -> Bool
  ) throws(WriteError) {
    problem = form.name
    objective = form.objectiveName.isEmpty ? "obj" : form.objectiveName
    rows = Array(form.rowNames)
    columns = Array(form.columnNames)
    sets = form.specialOrderedSets.enumerated().map { $1.name.isEmpty ? "sos\($0 + 1)" : $1.name }
    for (what, table) in [("rows", rows), ("columns", columns)] {
      var seen: Set<String> = []
      for name in table where !seen.insert(name).inserted {
        throw WriteError(file: file, cause: "two \(what) are called \(name)", remedy: "give every one its own name")
      }
    }
    while rows.contains(objective) { objective += "_" }
    if objective != form.objectiveName {
      losses.append(ConversionLoss(part: "names", detail: "the objective is called \(objective)"))
    }
    let all = [problem, objective] + rows + columns + sets
    let foreign = all.filter { !isLegal($0) && !$0.isEmpty } + (rows + columns).filter(\.isEmpty)
    guard let example = foreign.first else { return }
    isEncoded = true
    let encode = { (name: String) in NameEncoding.encoded(name) { isAllowed(name, $0, $1) } }
    problem = problem.isEmpty ? "" : encode(problem)
    objective = encode(objective)
    rows = rows.map(encode)
    columns = columns.map(encode)
    sets = sets.map(encode)
    losses.append(
      ConversionLoss(
        part: "names",
        detail: "\(foreign.count) names are percent-encoded, for instance \"\(example)\" as \(encode(example))"))
  }
}
