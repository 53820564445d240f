// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

/// Broken `.nl` files, text and binary: an error with its place, or a problem that can be written and read again.
@Suite struct NLFuzzTests {
  /// Everything the reader knows, in a small problem.
  static let seed = """
    g3 1 1 0\t# problem everything
     5 3 1 1 1 1\t# vars, constraints, objectives, ranges, eqns, logical
     2 1\t# nonlinear constraints, objectives
     0 0\t# network
     3 4 2\t# nonlinear vars in constraints, objectives, both
     0 0 0 1\t# linear network variables; functions; arith, flags
     1 0 1 1 0\t# discrete variables
     9 3\t# nonzeros
     4 2\t# max name lengths
     1 0 0 1 0\t# common exprs
    S0 2 priority
    0 3
    4 1
    S5 1 slack
    1 0.5
    V5 2 0
    0 1.5
    3 -1
    o44
    v1
    V6 0 2
    o39
    o15
    v5
    C0
    o54
    3
    o2
    v0
    v5
    o5
    v1
    n3
    o64
    3
    n-1
    n0
    s1
    n2
    l4
    v2
    C1
    o35
    o21
    o23
    v0
    n2
    o34
    o24
    v1
    n0
    o3
    v6
    n2
    o11
    2
    o16
    v2
    o6
    v0
    n1
    C2
    n0
    L0
    o22
    n1
    n2
    O0 1
    o1
    o41
    v3
    o12
    3
    v0
    v1
    o57
    v3
    n0
    d2
    0 1.5
    2 -1
    x3
    0 1
    1 0.5
    4 1
    r
    0 -10 10
    1 5
    4 1
    b
    0 0 4
    0 0 3
    2 -2
    3
    0 0 1
    k4
    3
    5
    7
    8
    J0 4
    0 0
    1 0
    2 0
    3 0
    J1 3
    0 0
    1 1.5
    2 0
    J2 2
    0 1
    4 -2
    G0 3
    0 0
    3 2
    4 1e-3

    """

  @Test func seedIsAccepted() throws {
    let file = try NLFile.parse(bytes: Array(Self.seed.utf8))
    let x: Vector = [1, 2, 3, 4, 1]
    #expect(file.program.linear.kinds.map(\.isIntegral) == [false, true, true, false, true])
    #expect(file.program.linear.sense == .maximize)
    // sin x₃ − max(x₀, x₁, round x₃) + 2x₃ + 0.001x₄
    #expect(abs(file.program.objectiveValue(at: x) - (sin(4) - 4 + 8 + 0.001)) < 1e-12)
    let v5 = 1.5 - 4 + exp(2.0)
    #expect(abs(file.program.rowValue(0, at: x) - (v5 + 8 + (2 * 1 + 1 * 4))) < 1e-12)
    #expect(abs(file.program.rowValue(1, at: x) - (v5.squareRoot() / 2 + 3)) < 1e-12)
    #expect(file.suffixes.map(\.name) == ["priority", "slack"])
    #expect(file.program.startMultipliers == [1.5, 0, -1])
    try NLRoundTripTests.check(file.program)
  }

  static func binarySeed() throws -> [UInt8] {
    try NLWriter.write(try NLFile.parse(bytes: Array(seed.utf8)).program, file: "f", isBinary: true).bytes
  }

  @Test(arguments: [false, true])
  func mutants(_ isBinary: Bool) throws {
    var stream = RandomStream(seed: 17)
    let small =
      "g3 0 1 0\n 1 0 1\n 0 1\n 0 0\n 0 1 0\n 0 0\n 0 0 0 0 0\n 0 1\n 0 0\n 0 0 0 0 0\nO0 0\no2\nv0\nv0\nb\n3\nG0 1\n0 0\n"
    let seeds = isBinary ? [try Self.binarySeed()] : [Array(Self.seed.utf8), Array(small.utf8)]
    let mutator = Mutator(seeds: seeds)
    var accepted = 0
    for k in 0..<FuzzTests.count {
      let bytes = mutator.mutant(&stream)
      let start = ThreadClock.seconds
      do throws(ReadError) {
        let file = try NLFile.parse(bytes: bytes)
        accepted += 1
        try Self.check(file, k)
      } catch let error {
        if error.byte == nil && (error.line < 1 || error.column < 1) || error.description.contains("\n") {
          Issue.record("mutant \(k): \(error)")
        }
      }
      if ThreadClock.seconds - start > 1 { Issue.record("mutant \(k) takes too long") }
    }
    #expect(accepted > FuzzTests.count / 50)
  }

  /// What was read is finite where it has to be, and has the same values after its way through both forms.
  private static func check(_ file: NLFile, _ k: Int) throws(ReadError) {
    let program = file.program
    let numbers = program.linear.costs + program.linear.matrix.values + [program.linear.objectiveOffset]
    if !numbers.allSatisfy(\.isFinite) { Issue.record("mutant \(k) has coefficients that are not finite") }
    let sides = [
      program.linear.rowLower, program.linear.rowUpper, program.linear.columnLower, program.linear.columnUpper,
    ].joined()
    if sides.contains(where: \.isNaN) { Issue.record("mutant \(k) has a bound that is not a number") }
    let x = NLRoundTripTests.point(program)
    for isBinary in [false, true] {
      guard let written = try? NLWriter.write(program, file: "f", isBinary: isBinary) else { continue }
      let again = try NLFile.parse(bytes: written.bytes).program
      let (a, b) = (again.objectiveValue(at: Vector(written.columns.map { x[$0] })), program.objectiveValue(at: x))
      if !NLRoundTripTests.isClose(a, b) { Issue.record("mutant \(k): the objective becomes \(a) instead of \(b)") }
    }
  }

  @Test func noise() {
    var stream = RandomStream(seed: 18)
    for head in ["", "g3 1 1 0\n", "b3 1 1 0\n", String(Self.seed.prefix(500))] {
      for _ in 0..<max(100, FuzzTests.count / 10) {
        let tail = (0..<Int.random(in: 0..<400, using: &stream)).map { _ in UInt8.random(in: 0...255, using: &stream) }
        let error = #expect(throws: ReadError.self) { try NLFile.parse(bytes: Array(head.utf8) + tail) }
        #expect(error?.description.contains("\n") == false)
      }
    }
  }

  /// A hundred thousand operators deep and terms wide, and headers that promise what is not there.
  @Test func extremes() throws {
    func text(_ objective: String) -> [UInt8] {
      Array(
        "g3 0 1 0\n 1 0 1\n 0 1\n 0 0\n 0 1 0\n 0 0\n 0 0 0 0 0\n 0 1\n 0 0\n 0 0 0 0 0\nO0 0\n\(objective)b\n3\nG0 1\n0 0\n"
          .utf8)
    }
    let start = ThreadClock.seconds
    let count = 100_000
    let deep = try NLFile.parse(bytes: text(String(repeating: "o41\n", count: count) + "v0\n")).program
    #expect(deep.graph.count >= count)
    let written = try NLWriter.write(deep, file: "f")
    #expect(try NLFile.parse(bytes: written.bytes).program.graph.count == deep.graph.count)
    let chain = String(repeating: "o0\no2\nn2\nv0\n", count: count) + "v0\n"
    #expect(try NLFile.parse(bytes: text(chain)).program.linear.costs == [Double(2 * count + 1)])
    #expect(ThreadClock.seconds - start < 20)
    for counts in [" 2147483646 0 1", " 1 2147483646 1", " 1 0 2147483646"] {
      let bytes = Array("g3 0 1 0\n\(counts)\n 0 0\n 0 0\n 0 0 0\n 0 0\n 0 0 0 0 0\n 0 0\n 0 0\n 0 0 0 0 0\n".utf8)
      #expect(throws: ReadError.self) { try NLFile.parse(bytes: bytes) }
    }
  }

  @Test(arguments: [
    ("C0\nf0 1\nv0\n", "an external function is called"), ("F0 0 1 gamma\n", "the external function gamma"),
    ("L0\no22\nv0\nn1\n", "the logical constraint L0"), ("r\n5 1 1\n", "complementarity"),
    ("C0\no74\n2\nv0\nv1\n", "alldiff"), ("C0\no99\n", "there is no operator o99"), ("Q0\n", "found \"Q0\""),
    ("S0 1 sosno\n0 1\n", "special ordered sets"), ("C0\nv6\n", "v6 is used before"),
    ("J0 1\n9 1\n", "9 is out of range"),
    ("b\n0 nan 1\n", "found \"nan\""), ("C0\nn0\nC0\nn0\n", "C0 stands twice"), ("b\n0 1\n", "end of the line"),
  ])
  func messages(_ segment: String, _ cause: String) {
    let head = Self.seed.components(separatedBy: "S0 2")[0]
    let error = #expect(throws: ReadError.self) { try NLFile.parse(bytes: Array((head + segment).utf8), path: "f.nl") }
    #expect(error?.description.contains(cause) == true, "\(error?.description ?? "")")
    #expect((error?.line ?? 0) >= 11)
  }
}
