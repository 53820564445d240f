// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

/// Broken models: no crash, no hang, an error with a place, or a program that can be written and read again.
@Suite struct FiveElementFuzzTests {
  static let seeds: [ModelFormat: [String]] = [
    .yaml: [
      """
      name: diet
      sets:
        FOOD: [beef, chicken, fish]
        NUTRIENT: [A, C]
        DAY: 1..4
        PAIR: a in FOOD, b in FOOD where a < b
      parameters:
        cost:    {over: FOOD, values: {beef: 3.19, chicken: 2.59, fish: 2.29}, unit: $/package}
        amount:  {over: [FOOD, NUTRIENT], values: [[60, 20], [8, 0], [8, 10]]}
        need:    {over: NUTRIENT, values: [700, 700], default: 1}
        rate:    sum(d in DAY) d / 2
      variables:
        buy: {over: FOOD, kind: integer, lower: 0, upper: 50}
        x: {over: [d in DAY], lower: -d, upper: d * rate, start: 1}
      minimize: sum(f in FOOD) cost[f] * buy[f] + sum(d in DAY) (exp(x[d]) - x[d]^2 / 3)
      subject to:
        nutrition[n in NUTRIENT]: sum(f in FOOD) amount[f,n] * buy[f] >= need[n]
        variety: sum(f in FOOD) (if buy[f] >= 1 then 1 else 0) >= 2
        either: buy[beef] >= 3 or buy[fish] == 2 implies max(d in DAY) x[d] <= 1
        smooth[d in DAY where d > 1]: -1 <= x[d] - x[d-1] <= abs(min(x[1], 2))

      """,
      "sets:\n- a\n", "variables: {x: {lower: 0}}\nminimize: |\n  x^2\n  + \"1\"\nsubject to: {c: 'x >= 1'}\n",
    ],
    .json: [
      """
      {"name": "m", "sets": {"I": "1..3", "A": [["a", "b"], ["b", "a"]]},
       "parameters": {"p": {"over": "I", "values": [1, 2.5, -3e1]}, "q": 4},
       "variables": {"x": {"over": "I", "lower": 0, "upper": "q", "kind": "integer"}, "y": null},
       "maximize": "sum(i in I) p[i] * x[i] - y^2",
       "subject to": {"c[i in I]": "x[i] + y <= q", "d": "x[1] != x[2]"}}
      """
    ],
    .mof: [
      """
      {"name": "m", "version": {"major": 1, "minor": 7}, "variables": [{"name": "x", "primal_start": 1}, {"name": "y"}],
       "objective": {"sense": "min", "function": {"type": "ScalarQuadraticFunction",
        "affine_terms": [{"coefficient": 1, "variable": "x"}],
        "quadratic_terms": [{"coefficient": 2, "variable_1": "x", "variable_2": "y"}], "constant": 0}},
       "constraints": [
        {"name": "c", "function": {"type": "ScalarNonlinearFunction", "root": {"type": "+", "args": ["x", 1.5,
          {"type": "node", "index": 1}]}, "node_list": [{"type": "sin", "args": ["y"]}]},
         "set": {"type": "LessThan", "upper": 3}},
        {"function": {"type": "Variable", "name": "y"}, "set": {"type": "Semicontinuous", "lower": 1, "upper": 2}},
        {"function": {"type": "Variable", "name": "x"}, "set": {"type": "Interval", "lower": 1, "upper": 2}}]}
      """,
      """
      {"name": "m", "version": {"major": 1}, "variables": [{"name": "x"}, {"name": "y"}],
       "objective": {"sense": "feasibility"}, "constraints": [{"function": {"type": "VectorOfVariables",
         "variables": ["x", "y"]}, "set": {"type": "SOS2", "weights": [1, 2]}}]}
      """,
    ],
  ]

  /// Small limits, so that a mutant that asks for much is refused at once.
  static let limits = ExpansionLimits(steps: 200_000, members: 20_000)

  static func contents(_ bytes: [UInt8], _ format: ModelFormat) throws(ReadError) -> ModelContents {
    let file = FileBytes(path: "f", content: bytes)
    if format == .mof { return try ModelFile.contents(file, format) }
    let reading = try FiveElementModel.parse(file, format == .yaml ? .yaml : .json, limits: limits)
    return ModelContents(problem: .program(reading.program), notes: reading.notes)
  }

  @Test(arguments: [ModelFormat.yaml, .json, .mof])
  func mutants(_ format: ModelFormat) throws {
    var stream = RandomStream(seed: 11)
    let mutator = Mutator(seeds: (Self.seeds[format] ?? []).map { Array($0.utf8) })
    var accepted = 0
    for k in 0..<FuzzTests.count {
      let bytes = mutator.mutant(&stream)
      let start = ThreadClock.seconds
      do {
        let contents = try Self.contents(bytes, format)
        accepted += 1
        try check(contents, format, k)
      } catch let error as ReadError {
        if error.line < 1 || error.column < 1 || error.description.contains("\n") {
          Issue.record("mutant \(k): \(error)")
        }
      }
      if ThreadClock.seconds - start > 2 {
        Issue.record("mutant \(k) takes too long: \(String(decoding: bytes, as: UTF8.self))")
      }
    }
    // Almost every change of JSON is an error.
    #expect(accepted > FuzzTests.count / (format == .yaml ? 50 : 200))
  }

  private func check(_ contents: ModelContents, _ format: ModelFormat, _ k: Int) throws {
    let form: StandardForm
    let bytes: [UInt8]
    do {
      switch contents.problem {
      case .form(let own):
        form = own
        bytes = try ModelFile.text(of: own, format: format).bytes
      case .program(let program):
        form = program.linear
        guard let text = try ModelFile.text(of: program, format: format), text.losses.isEmpty || format == .mof else {
          return
        }
        bytes = text.bytes
      }
    } catch {
      // A problem that its own format does not hold is said to be one.
      return
    }
    let numbers = form.costs + form.matrix.values + [form.objectiveOffset]
    if !numbers.allSatisfy(\.isFinite) { Issue.record("mutant \(k) has coefficients that are not finite") }
    let sides = [form.rowLower, form.rowUpper, form.columnLower, form.columnUpper].joined()
    if sides.contains(where: \.isNaN) { Issue.record("mutant \(k) has a bound that is not a number") }
    let again = try ModelFile.contents(bytes: bytes, format: format)
    let second: StandardForm
    switch again.problem {
    case .form(let own): second = own
    case .program(let program): second = program.linear
    }
    if second.columnLower != form.columnLower || second.columnUpper != form.columnUpper || second.kinds != form.kinds
      || second.constraintCount != form.constraintCount
    {
      Issue.record("mutant \(k) is not the same after writing")
    }
  }

  @Test(arguments: [ModelFormat.yaml, .json, .mof])
  func noise(_ format: ModelFormat) {
    var stream = RandomStream(seed: 12)
    for _ in 0..<max(100, FuzzTests.count / 10) {
      let bytes = (0..<Int.random(in: 0..<400, using: &stream)).map { _ in UInt8.random(in: 0...255, using: &stream) }
      let error = #expect(throws: ReadError.self) { try Self.contents(bytes, format) }
      #expect((error?.line ?? 0) >= 1)
    }
  }

  @Test(
    arguments: [
      "a", " a", "1", "+", "[", "(", "{", "\t", "a:", "a: ", "* ", "a + ", "-", "- ", "\"", "'", "\n", "\n\n a",
      "? ", "|", "not ", "sum(i in A) ", "if ", "x^", "a,", "[a,", "{a: ", "\\", "- - ", "\n-",
    ])
  func longTexts(_ piece: String) {
    let long = String(repeating: piece, count: 100_000 / piece.utf8.count)
    for head in [
      "", "a: ", "name: ", "[", "{\"a\":", "variables: {a: , x: }\nminimize: ", "variables: {a: }\nminimize: (",
      "sets:\n  A: [",
    ] {
      for notation in FiveElementModel.Notation.allCases {
        let start = ThreadClock.seconds
        _ = try? FiveElementModel.parse(
          FileBytes(path: "f", text: head + long), notation, limits: ExpansionLimits(steps: 2_000_000, members: 100_000)
        )
        #expect(ThreadClock.seconds - start < 5, "\(head)\(piece)")
      }
    }
  }

  /// What is quoted from a file may have lines of its own.
  @Test func aMessageIsOneLine() {
    let json = "{\"variables\": {\"x\": {\"kind\": \"in\\nteger\"}}, \"minimize\": \"x\"}"
    let error = #expect(throws: ReadError.self) { try Self.contents(Array(json.utf8), .json) }
    #expect(error?.description.contains("the kind in teger is unknown") == true, "\(error?.description ?? "")")
  }

  /// Short texts that ask for endless work are refused in bounded time.
  @Test(arguments: [
    "sets: {I: 1..1000000000}\n",
    "sets: {I: 1..3000}\nvariables: {x: {over: [I, I, I]}}\n",
    "sets: {I: 1..20000}\nvariables: {x: }\nminimize: sum(i in I, j in I, k in I) x\n",
    "sets: {I: 1..20000}\nvariables: {x: }\nsubject to:\n  c[i in I, j in I, k in I where 1 == 2]: x >= 1\n",
    "sets: {I: 1..20000, J: \"i in I, j in I, k in I where i + j == k\"}\n",
  ])
  func explosions(_ text: String) {
    let start = ThreadClock.seconds
    let error = #expect(throws: ReadError.self) {
      try FiveElementModel.parse(FileBytes(path: "f", text: text), .yaml, limits: Self.limits)
    }
    #expect(ThreadClock.seconds - start < 2)
    #expect(error?.cause.contains("more than") == true)
  }
}
