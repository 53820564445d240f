// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

/// The CUTEst problems beside the repository, against values of an independent implementation and published solutions.
@Suite(.enabled(if: SharedData.isThere, Comment(rawValue: SharedData.reason)))
struct SIFCollectionTests {
  static func read(_ file: String) throws -> FormulaProgram {
    try SIFReader.read(FileBytes.load(SharedData.path("sif/\(file)"))).program
  }

  /// Objective and rows by walking the graph, without a tape.
  static func values(_ program: FormulaProgram, _ x: [Double]) -> (objective: Double, rows: [Double]) {
    func value(_ node: FormulaGraph.Node?) -> Double { node.map { program.graph.value(of: $0, at: x) } ?? 0 }
    var objective = program.linear.objectiveOffset + value(program.objective)
    for (c, x) in zip(program.linear.costs, x) { objective += c * x }
    var rows = program.rows.map(value)
    let matrix = program.linear.matrix
    for j in 0..<matrix.columnCount {
      for p in Int(matrix.starts[j])..<Int(matrix.starts[j + 1]) {
        rows[Int(matrix.rows[p])] += matrix.values[p] * x[j]
      }
    }
    return (objective, rows)
  }

  @Test func everyProblemIsReadWithItsStart() throws {
    let index = SharedData.index("sif")
    #expect(index.count == 47)
    for row in index {
      let file = try #require(row["file"])
      let program = try Self.read(file)
      let wanted = try #require(row["f_start"].flatMap { Double($0) })
      let value = Self.values(program, program.start.elements).objective
      #expect(abs(value - wanted) <= 1e-10 * max(1, abs(wanted)), "\(file): \(value), not \(wanted)")
      #expect(program.constraintCount == row["rows"].flatMap { Int($0) }, "\(file)")
      #expect(program.variableCount == row["cols"].flatMap { Int($0) }, "\(file)")
      #expect(program.name == row["name"], "\(file)")
    }
  }

  /// The derivatives of objective and rows against central differences of values from the graph, off the start by a
  /// little, as some starts are corners.
  @Test func derivativesFitTheValues() throws {
    var stream = RandomStream(seed: 11)
    for row in SharedData.index("sif") {
      let file = try #require(row["file"])
      let program = try Self.read(file)
      let x = program.start.elements.map { $0 + 0.01 * Double.random(in: 0.5...1, using: &stream) }
      let oracle = FormulaOracle(program)
      let answer = try #require(try oracle.immediateDerivatives(at: Vector(x)))
      let direction = x.map { _ in Double.random(in: -1...1, using: &stream) }
      let step = 1e-6
      let ahead = Self.values(program, zip(x, direction).map { $0 + step * $1 })
      let behind = Self.values(program, zip(x, direction).map { $0 - step * $1 })
      let here = Self.values(program, x)
      var slopes = [Double](repeating: 0, count: program.constraintCount)
      let jacobian = answer.jacobian
      for j in x.indices {
        for p in Int(jacobian.starts[j])..<Int(jacobian.starts[j + 1]) {
          slopes[Int(jacobian.rows[p])] += jacobian.values[p] * direction[j]
        }
      }
      let slope = zip(answer.gradient.elements, direction).map { $0 * $1 }.reduce(0, +)
      let difference = (ahead.objective - behind.objective) / (2 * step)
      let scale = max(1, abs(slope), abs(here.objective))
      #expect(abs(slope - difference) <= 1e-5 * scale, "\(file): \(slope), not \(difference)")
      for i in slopes.indices {
        let difference = (ahead.rows[i] - behind.rows[i]) / (2 * step)
        let scale = max(1, abs(slopes[i]), abs(here.rows[i]))
        #expect(abs(slopes[i] - difference) <= 1e-5 * scale, "\(file), row \(i): \(slopes[i]), not \(difference)")
      }
    }
  }

  /// Solutions as W. Hock and K. Schittkowski ("Test Examples for Nonlinear Programming Codes", 1981) or the files print
  /// them, with the accuracy of the printing.
  static let solutions: [(file: String, point: [Double], value: Double, tolerance: Double)] = [
    ("HS1.SIF", [1, 1], 0, 1e-12),
    ("HS7.SIF", [0, Double(3).squareRoot()], -1.732050808, 1e-9),
    ("HS10.SIF", [0, 1], -1, 1e-12),
    ("HS12.SIF", [2, 3], -30, 1e-12),
    ("HS13.SIF", [1, 0], 1, 1e-12),
    ("HS18.SIF", [Double(250).squareRoot(), Double(2.5).squareRoot()], 5, 1e-12),
    ("HS27.SIF", [-1, 1, 0], 0.04, 1e-12),
    ("HS30.SIF", [1, 0, 0], 1, 1e-12),
    ("HS35.SIF", [4.0 / 3, 7.0 / 9, 4.0 / 9], 1.0 / 9, 1e-12),
    ("HS39.SIF", [1, 1, 0, 0], -1, 1e-12),
    ("HS41.SIF", [2.0 / 3, 1.0 / 3, 1.0 / 3, 2], 52.0 / 27, 1e-12),
    (
      "HS42.SIF", [2, 2, 0.6 * Double(2).squareRoot(), 0.8 * Double(2).squareRoot()], 28 - 10 * Double(2).squareRoot(),
      1e-12
    ),
    ("HS43.SIF", [0, 1, 2, -1], -44, 1e-12),
    ("HS53.SIF", [-33.0 / 43, 11.0 / 43, 27.0 / 43, -5.0 / 43, 11.0 / 43], 176.0 / 43, 1e-12),
    ("HS57.SIF", [0.419952675, 1.284845629], 0.02845966972, 1e-8),
    ("HS62.SIF", [0.6178126908, 0.328202223, 0.0539850861], -26272.51448, 1e-4),
    ("HS79.SIF", [1.191127, 1.362603, 1.472818, 1.635017, 1.679081], 0.0787768, 1e-5),
    (
      "HS104.SIF", [6.465114, 2.232709, 0.6673975, 0.5957564, 5.932676, 5.527235, 1.013322, 0.4006682], 3.9511634396,
      1e-5
    ),
    ("BOX3.SIF", [1, 10, 1], 0, 1e-12),
    ("CUBE.SIF", [1, 1], 0, 1e-12),
    ("HATFLDC.SIF", [Double](repeating: 1, count: 25), 0, 1e-12),
    ("MAKELA4.SIF", [Double](repeating: 0, count: 21), 0, 1e-12),
    ("SINEVAL.SIF", [0, 0], 0, 1e-12),
  ]

  @Test(arguments: solutions)
  func publishedSolutionsFit(_ file: String, _ point: [Double], _ value: Double, _ tolerance: Double) throws {
    let program = try Self.read(file)
    let (objective, rows) = Self.values(program, point)
    #expect(abs(objective - value) <= tolerance * max(1, abs(value)), "\(objective)")
    for (i, row) in rows.enumerated() {
      let excess = max(program.linear.rowLower[i] - row, row - program.linear.rowUpper[i])
      #expect(excess <= tolerance * max(1, abs(row)), "row \(i): \(row)")
    }
    for (j, x) in point.enumerated() {
      let excess = max(program.linear.columnLower[j] - x, x - program.linear.columnUpper[j])
      #expect(excess <= tolerance, "variable \(j)")
    }
  }

  @Test func boundsAndSides() throws {
    let wide = try Self.read("DEMBO7.SIF").linear
    #expect(wide.columnLower[0] == 0.1 && wide.columnUpper[0] == 0.9)
    #expect(wide.columnLower[11] == 1e-6 && wide.columnUpper[11] == 500)
    #expect(wide.rowLower[0] == 50 && wide.rowUpper[0] == 250)
    #expect(wide.rowLower[1] == -.infinity && wide.rowUpper[1] == 1)
    let fixed = try Self.read("SIM2BQP.SIF").linear
    #expect(fixed.columnLower == [0, 0] && fixed.columnUpper == [0, 0.5])
    let half = try Self.read("PSPDOC.SIF").linear
    #expect(half.columnLower.allSatisfy { $0 == -.infinity })
    #expect(half.columnUpper == [-1, .infinity, .infinity, .infinity])
    let equation = try Self.read("BT6.SIF").linear
    #expect(equation.rowLower == equation.rowUpper)
    #expect(abs(equation.rowLower[0] - Double(8).squareRoot()) < 1e-15)
    #expect(equation.rowNames.contains("CON1"))
  }

  @Test func theModelFileKnowsTheFormat() throws {
    let contents = try ModelFile.contents(path: SharedData.path("sif/HS35.SIF"))
    let program = try contents.program()
    #expect(program.hasStart && program.constraintCount == 1)
    // Quadratic problems become coefficients.
    let form = try ModelFile.read(path: SharedData.path("sif/HS35.SIF"))
    #expect(form.quadratic?.entryCount ?? 0 > 0)
    #expect(throws: WriteError.self) { try ModelFile.write(program, to: "x.sif") }
    #expect(try ModelFile.contents(path: SharedData.path("sif/HS104.SIF")).notes.count == 1)
  }
}
