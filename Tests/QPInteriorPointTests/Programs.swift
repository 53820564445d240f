// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusNumerics
import GradusSmooth

/// A form from dense rows; variables are non-negative unless bounds are given.
func program(
  _ costs: [Double], q: [[Double]]? = nil, rows: [[Double]] = [], lower: [Double] = [], upper: [Double] = [],
  x: [(Double, Double)]? = nil, sense: Sense = .minimize, offset: Double = 0
) -> StandardForm {
  let n = costs.count
  let bounds = x ?? [(Double, Double)](repeating: (0, .infinity), count: n)
  var form = StandardForm(
    costs: costs, matrix: sparse(rows, columns: n), rowLower: lower, rowUpper: upper, columnLower: bounds.map(\.0),
    columnUpper: bounds.map(\.1))
  form.quadratic = q.map { sparse($0, columns: n) }
  form.sense = sense
  form.objectiveOffset = offset
  return form
}

func sparse(_ rows: [[Double]], columns: Int) -> SparseMatrix {
  let triplets = rows.enumerated().flatMap { i, row in
    row.enumerated().compactMap { j, v in v == 0 ? nil : (row: i, column: j, value: v) }
  }
  return SparseMatrix(rowCount: rows.count, columnCount: columns, triplets: triplets)
}

/// Solves and lets the problem judge.
func solve(_ form: StandardForm, by method: QPInteriorPoint = QPInteriorPoint()) async throws -> Solution<Vector> {
  let run = try Run(try QuadraticProgram(form), by: method, asking: ())
  return try await run.finish(until: .answers(1000))
}

/// The benchmark instances beside the repository, which are read in place.
enum SharedPrograms {
  static let reason: String = "needs the benchmark instances in ../shared/data"

  static let root: URL = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "shared/data")

  static var isThere: Bool { FileManager.default.fileExists(atPath: root.appending(path: "qp/index.csv").path) }

  /// File and best known value of each convex program with a solution.
  static var solvable: [(file: String, best: Double)] {
    guard let text = try? String(contentsOf: root.appending(path: "qp/index.csv"), encoding: .utf8) else { return [] }
    return text.split(separator: "\n").dropFirst().compactMap { line in
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      guard cells.count > 7, let best = Double(cells[7]) else { return nil }
      return (String(cells[1]), best)
    }
  }
}
