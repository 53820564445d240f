// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Linear systems with whole numbers, so that right-hand sides and solutions are exact. They are data: no oracle answers.
private func system(
  _ entries: [(row: Int, column: Int, value: Double)], rows: Int, solution: Vector, noise: Vector? = nil
) -> ProblemContent {
  let matrix = SparseMatrix(rowCount: rows, columnCount: solution.count, triplets: entries)
  let b = matrix.times(solution) + (noise ?? .zeros(rows))
  do {
    return ProblemContent(
      forms: [try LinearSystem(matrix, equals: b)], oracle: (),
      optimum: KnownOptimum(value: noise.map { 0.5 * $0.inner($0) } ?? 0, points: [solution]),
      traits: [.smooth, .convex, .leastSquares], region: .cube(-10, 10, solution.count))
  } catch { preconditionFailure("a system of the library must be well formed: \(error)") }
}

/// A system that has a solution, which is not known beforehand.
private func system(_ entries: [(row: Int, column: Int, value: Double)], equals b: Vector) -> ProblemContent {
  do {
    let matrix = SparseMatrix(rowCount: b.count, columnCount: b.count, triplets: entries)
    return ProblemContent(
      forms: [try LinearSystem(matrix, equals: b)], oracle: (), optimum: KnownOptimum(value: 0),
      traits: [.smooth, .convex, .leastSquares], region: .cube(-10, 10, b.count))
  } catch { preconditionFailure("a system of the library must be well formed: \(error)") }
}

/// Halves from −2 to 2, the same for every size.
private func solution(_ count: Int) -> Vector { Vector((0..<count).map { Double(($0 * 7) % 9) / 2 - 2 }) }

/// Whole numbers from −3 to 3 without pattern.
private func wholeEntries(rows: Int, columns: Int, offset: Int = 0) -> [(row: Int, column: Int, value: Double)] {
  var random = RandomStream(seed: 41)
  var entries: [(row: Int, column: Int, value: Double)] = []
  for i in 0..<rows {
    for j in 0..<columns { entries.append((offset + i, j, Double(random.integer(below: 7) - 3))) }
  }
  return entries
}

/// The five-point Laplacian of a w × w grid plus `shift` times the identity, with `wind` added to the west and taken from
/// the east.
private func grid(_ w: Int, wind: Double = 0, shift: Double = 0) -> [(row: Int, column: Int, value: Double)] {
  var entries: [(row: Int, column: Int, value: Double)] = []
  for i in 0..<w {
    for j in 0..<w {
      let k = i * w + j
      entries.append((k, k, 4 + shift))
      if i > 0 { entries.append((k, k - w, -1)) }
      if i + 1 < w { entries.append((k, k + w, -1)) }
      if j > 0 { entries.append((k, k - 1, -1 - wind)) }
      if j + 1 < w { entries.append((k, k + 1, -1 + wind)) }
    }
  }
  return entries
}

private let width = ProblemParameter(
  name: "w", defaultValue: 4, lower: 1, upper: 1000, isInteger: true, help: "points of a side of the grid")

let linearSystemFamilies: [ProblemFamily] = [
  ProblemFamily(
    "laplacian-system", "the five-point Laplacian on a grid plus a shift: definite above its least eigenvalue",
    reference: "by construction",
    parameters: [
      width, .real("shift", 0, -1...100, "added to the diagonal"),
      ProblemParameter(
        name: "seed", defaultValue: 0, lower: 0, upper: 1e15, isInteger: true,
        help: "of a normal right-hand side; 0: one with a solution in halves"),
    ]
  ) {
    let w = Int($0["w"])
    let entries = grid(w, shift: $0["shift"])
    guard $0["seed"] > 0 else { return system(entries, rows: w * w, solution: solution(w * w)) }
    var random = RandomStream(seed: UInt64($0["seed"])).child("right-hand side")
    return system(entries, equals: random.normals(w * w))
  },
  ProblemFamily(
    "convection-system", "diffusion with wind on a grid: not symmetric", reference: "by construction",
    parameters: [width]
  ) {
    let w = Int($0["w"])
    return system(grid(w, wind: 0.5), rows: w * w, solution: solution(w * w))
  },
  ProblemFamily(
    "graded-system", "rows from 1 to 4096 in size: positive definite and badly scaled", reference: "by construction"
  ) { _ in
    var entries: [(row: Int, column: Int, value: Double)] = []
    for i in 0..<13 {
      entries.append((i, i, Double(2 << i)))
      if i > 0 {
        entries.append((i, i - 1, 1))
        entries.append((i - 1, i, 1))
      }
    }
    return system(entries, rows: 13, solution: solution(13))
  },
  ProblemFamily(
    "saddle-system", "a quadratic with rows as equations: symmetric and indefinite", reference: "by construction"
  ) { _ in
    var entries: [(row: Int, column: Int, value: Double)] = []
    for i in 0..<10 {
      entries.append((i, i, 4))
      if i > 0 {
        entries.append((i, i - 1, -1))
        entries.append((i - 1, i, -1))
      }
    }
    for (row, column, value) in wholeEntries(rows: 3, columns: 10, offset: 10) {
      entries.append((row, column, value))
      entries.append((column, row, value))
    }
    return system(entries, rows: 13, solution: solution(13))
  },
  ProblemFamily(
    "overdetermined-system", "24 equations that agree, 6 unknowns", reference: "by construction"
  ) { _ in system(wholeEntries(rows: 24, columns: 6), rows: 24, solution: solution(6)) },
  ProblemFamily(
    "regression-system", "32 equations that contradict each other, 5 unknowns (½|r|²)", reference: "by construction"
  ) { _ in
    // Every equation twice, with deviations of opposite sign: they are orthogonal to the columns, and ½|r|² = 1.
    let noise = Vector((0..<32).map { ($0 < 16 ? 0.25 : -0.25) * ($0 % 16 % 3 == 0 ? 1 : -1) })
    return system(
      wholeEntries(rows: 16, columns: 5) + wholeEntries(rows: 16, columns: 5, offset: 16), rows: 32,
      solution: solution(5), noise: noise)
  },
]
