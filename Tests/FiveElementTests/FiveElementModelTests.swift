// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

/// Models in the five-element language as programs.
@Suite struct FiveElementModelTests {
  static let diet = """
    name: diet
    sets:
      FOOD: [beef, chicken, fish]
      NUTRIENT: [A, C]
    parameters:
      cost:    {over: FOOD, values: {beef: 3.19, chicken: 2.59, fish: 2.29}, unit: $/package}
      amount:  {over: [FOOD, NUTRIENT], values: [[60, 20], [8, 0], [8, 10]]}      # or file: amount.csv
      need:    {over: NUTRIENT, values: [700, 700]}
    variables:
      buy: {over: FOOD, kind: integer, lower: 0, upper: 50}
    minimize: sum(f in FOOD) cost[f] * buy[f]
    subject to:
      nutrition[n in NUTRIENT]: sum(f in FOOD) amount[f,n] * buy[f] >= need[n]
      variety: sum(f in FOOD) (if buy[f] >= 1 then 1 else 0) >= 2

    """

  static func program(_ text: String) throws -> FormulaProgram {
    try FiveElementModel.parse(text: text, path: "m").program
  }

  /// The objective at a point.
  static func objective(_ program: FormulaProgram, _ x: [Double] = []) -> Double {
    var value = program.linear.objectiveOffset
    for (cost, x) in zip(program.linear.costs, x) { value += cost * x }
    if let node = program.objective { value += program.graph.value(of: node, at: x) }
    return value
  }

  /// The row bodies at a point.
  static func rows(_ program: FormulaProgram, _ x: [Double]) -> [Double] {
    let linear = program.linear.matrix.times(Vector(x)).elements
    return linear.indices.map { i in
      linear[i] + (program.rows[i].map { program.graph.value(of: $0, at: x) } ?? 0)
    }
  }

  static func isFeasible(_ program: FormulaProgram, _ x: [Double]) -> Bool {
    let rows = Self.rows(program, x)
    for i in rows.indices where rows[i] < program.linear.rowLower[i] || rows[i] > program.linear.rowUpper[i] {
      return false
    }
    return true
  }

  /// The example of the contract, with rows, columns and names as users will see them.
  @Test func diet() throws {
    let reading = try FiveElementModel.parse(text: Self.diet)
    let form = reading.program.linear
    #expect(reading.program.isLinear)
    #expect(form.name == "diet")
    #expect(form.sense == .minimize)
    #expect(
      Array(form.columnNames) == [
        "buy[beef]", "buy[chicken]", "buy[fish]", "variety.if1", "variety.if2", "variety.if3",
      ])
    #expect(form.costs == [3.19, 2.59, 2.29, 0, 0, 0])
    #expect(form.kinds.allSatisfy { $0 == .integer })
    #expect(form.columnLower == [0, 0, 0, 0, 0, 0])
    #expect(form.columnUpper == [50, 50, 50, 1, 1, 1])
    #expect(
      Array(form.rowNames) == [
        "nutrition[A]", "nutrition[C]", "variety.if1.true", "variety.if2.true", "variety.if3.true", "variety",
      ])
    #expect(form.rowLower == [700, 700, -.infinity, -.infinity, -.infinity, 2])
    #expect(form.rowUpper == [.infinity, .infinity, 0, 0, 0, .infinity])
    #expect(Self.rows(reading.program, [1, 2, 3, 1, 0, 1]) == [100, 50, 0, -2, -2, 2])
    #expect(
      reading.notes == [
        "variety: linearised with 3 binary and 0 continuous variables such as variety.if1, big-M up to 1 from the bounds"
      ])
  }

  /// The same model as JSON.
  @Test func dietInJSON() throws {
    let text = """
      {"name": "diet",
       "sets": {"FOOD": ["beef", "chicken", "fish"], "NUTRIENT": ["A", "C"]},
       "parameters": {
         "cost": {"over": "FOOD", "values": {"beef": 3.19, "chicken": 2.59, "fish": 2.29}, "unit": "$/package"},
         "amount": {"over": ["FOOD", "NUTRIENT"], "values": [[60, 20], [8, 0], [8, 10]]},
         "need": {"over": "NUTRIENT", "values": [700, 700]}},
       "variables": {"buy": {"over": "FOOD", "kind": "integer", "lower": 0, "upper": 50}},
       "minimize": "sum(f in FOOD) cost[f] * buy[f]",
       "subject to": {
         "nutrition[n in NUTRIENT]": "sum(f in FOOD) amount[f,n] * buy[f] >= need[n]",
         "variety": "sum(f in FOOD) (if buy[f] >= 1 then 1 else 0) >= 2"}}
      """
    let program = try FiveElementModel.parse(text: text, notation: .json).program
    #expect(program == (try Self.program(Self.diet)))
  }

  /// The cheapest diet by trying all of them is the cheapest point of the linearised program.
  @Test func dietByEnumeration() throws {
    let program = try Self.program(Self.diet)
    var best = Double.infinity
    var bestOfProgram = Double.infinity
    for a in 0...50 {
      for b in 0...50 {
        for c in 0...50 {
          let x = [Double(a), Double(b), Double(c)]
          let cost = 3.19 * x[0] + 2.59 * x[1] + 2.29 * x[2]
          if cost >= best, cost >= bestOfProgram { continue }
          let (vitaminA, vitaminC) = (60 * a + 8 * b + 8 * c, 20 * a + 10 * c)
          let kinds = min(a, 1) + min(b, 1) + min(c, 1)
          if vitaminA >= 700, vitaminC >= 700, kinds >= 2 { best = min(best, cost) }
          // The largest indicators that the rows allow.
          let point: [Double] = x + x.map { $0 >= 1 ? 1.0 : 0.0 }
          let isFeasible = Self.isFeasible(program, point)
          if isFeasible { bestOfProgram = min(bestOfProgram, Self.objective(program, point)) }
        }
      }
    }
    #expect(best.isFinite)
    #expect(best == bestOfProgram)
  }

  /// Numbers without variables.
  static let numbers: [(String, Double)] = [
    ("-2^2", -4), ("2^3^2", 512), ("2^-1", 0.5), ("6/2*3", 9), ("1 - 2 - 3", -4), ("-(2 - 5)", 3), ("2 * -3", -6),
    ("1e2 + .5 + 1.5e-1", 100.65), ("sum(i in I) i", 10), ("sum(i in I, j in I where i < j) i * j", 35),
    ("sum(i in I) 2 * i + 1", 21), ("prod(i in I) i", 24), ("sum(i in EMPTY) 1 + prod(i in EMPTY) 5", 1),
    ("min(i in I) (i - 2)^2 + max(i in I) i", 4), ("min(3, 1, 2) + max(3, 1)", 4),
    ("sum(i in I, j in i+1..4) 1", 6), ("sum(i in 1..9 by 4) i", 15), ("sum(i in 5..1) 1", 0),
    ("sum(i in {2, 5}) i", 7), ("card(I) + card(ARC) + card(1..3)", 9), ("sum((a, b) in ARC) w[a, b]", 12),
    ("sum(a in CITY, b in CITY where (a, b) in ARC and a != y) w[a, b]", 5),
    ("sum(a in CITY, b in CITY where not ((a, b) in ARC)) 1", 7), ("sum(a in CITY where a in {x, z}) 1", 2),
    ("sum(a in CITY where a == \"x\") 1", 1), ("sum(a in CITY, b in CITY where a < b) 1", 3),
    ("(if card(I) > 3 then 7 else 8)", 7), ("sum(i in I where i != 2 and (i == 1 or i >= 4)) i", 5),
    ("sum(i in I where i == 1 implies false_ > 0) i", 9), ("abs(-3) + sqrt(16) + floor(2.7) + mod(7, 4)", 12),
    ("exp(0) + log(1) + cos(0) + tanh(0)", 2), ("square[3] + square[4]", 25), ("table[x, 2] + table[z, 1]", 25),
    ("tens[2]", 10), ("`odd name` + 1", 8), ("total", 10), ("atan2(0, 1)", 0), ("007 + 0", 7),
    ("sum(i in I) (sum(j in I where j <= i) 1)", 10), ("codes[\"007\"] + codes[NO] + codes[\"1_000\"]", 6),
  ]

  @Test(arguments: numbers)
  func number(_ expression: String, _ wanted: Double) throws {
    let program = try Self.program(
      """
      sets:
        I: 1..n
        EMPTY: []
        CITY: [x, y, z]
        ARC: [[x, y], [y, z]]
        CODE: [NO, 007, 1_000]
      parameters:
        n: 4
        false_: 0
        total: sum(i in I) i
        w: {over: ARC, values: {"x,y": 5, "y,z": 7}}
        square: {over: [i in I], values: i^2}
        table: {over: [CITY, I], values: [[1, 20, 3, 4], {1: 9}, {1: 5}], default: -1}
        tens: {over: I, values: 10}
        codes: {over: CODE, values: {NO: 1, 007: 2, 1_000: 3}}
        "`odd name`": 7
      minimize: '\(expression)'

      """)
    #expect(abs(Self.objective(program) - wanted) <= 1e-12 * abs(wanted))
  }

  @Test func boundsKindsAndStarts() throws {
    let form = try FiveElementModel.parse(
      text: """
        sets: {I: 1..3}
        parameters: {cap: {over: I, values: [4, 5, 6]}}
        variables:
          a:
          b: integer
          c: {kind: binary, start: 1}
          d: {over: [i in I], lower: -i, upper: "2 * cap[i]", start: {2: 1.5}, kind: semicontinuous}
          e: {over: [i in I, j in I where i < j], lower: [1, 2, 3], upper: inf}

        """)
    let linear = form.program.linear
    #expect(
      Array(linear.columnNames) == [
        "a", "b", "c", "d[1]", "d[2]", "d[3]", "e[1,2]", "e[1,3]", "e[2,3]",
      ])
    let none = Double.infinity
    let lower: [Double] = [-none, -none, 0, -1, -2, -3, 1, 2, 3]
    let upper: [Double] = [none, none, 1, 8, 10, 12, none, none, none]
    #expect(linear.columnLower == lower)
    #expect(linear.columnUpper == upper)
    let kinds: [VariableKind] = [.continuous, .integer, .integer, .semicontinuous, .semicontinuous, .semicontinuous]
    #expect(Array(linear.kinds.prefix(6)) == kinds)
    #expect(form.program.hasStart)
    #expect(form.program.start[2] == 1)
    #expect(form.program.start[4] == 1.5)
  }

  @Test func rowsOfAllForms() throws {
    let program = try Self.program(
      """
      variables: {x: , y: }
      maximize: {profit: x * y + 3 * x - 1}
      subject to:
        a: x + 3 <= 5 + y
        b: 1 <= x - y <= 4
        c: 4 >= x^2 >= 1
        d: x == y
        e: 2 * x >= 1
        f: 3 <= x
        g: x <= exp(y) <= 2 * x
        h: 0 >= 1
        i: x >= 1 and y >= 2

      """)
    let form = program.linear
    #expect(form.sense == .maximize)
    #expect(form.objectiveName == "profit")
    #expect(Array(form.rowNames) == ["a", "b", "c", "d", "e", "f", "g.1", "g.2", "h", "i.1", "i.2"])
    let none = Double.infinity
    let lower: [Double] = [-none, 1, 1, 0, 1, -none, -none, -none, 1, -none, -none]
    let upper: [Double] = [2, 4, 4, 0, none, -3, 0, 0, none, -1, -2]
    #expect(form.rowLower == lower)
    #expect(form.rowUpper == upper)
    #expect(Self.objective(program, [2, 5]) == 15)
    #expect(Self.rows(program, [2, 0]) == [2, 2, 4, 2, 4, -2, 1, -3, 0, -2, 0])
  }

  @Test func emptyModels() throws {
    for text in ["name: nothing\n", "sets:\nparameters:\nvariables:\nsubject to:\n", "{}\n"] {
      let program = try Self.program(text)
      #expect(program.variableCount == 0)
      #expect(program.constraintCount == 0)
    }
  }

  /// The word problem of the examples.
  @Test func bakery() throws {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let reading = try FiveElementModel.read(path: "/\(root)/Examples/bakery.yaml")
    let program = reading.program
    #expect(program.variableCount == 7)
    #expect(Array(program.linear.rowNames.prefix(2)) == ["supply[flour]", "supply[oven]"])
    #expect(program.constraintCount == 6)
    #expect(program.start[3] == 4)
    let x: [Double] = [100, 50, 1000, 5, 4, 0.6, 35]
    #expect(abs(Self.objective(program, x) - (500 + 200 + 600 - 175 - 24.5)) < 1e-9)
    let rows = Self.rows(program, x)
    #expect(abs(rows[0] - 125) < 1e-9)
    #expect(abs(rows[5]) < 1e-9)
  }

  /// Tables beside the model, in long and in matrix form.
  @Test func tables() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "gradus-\(UInt64.random(in: 0...UInt64.max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func write(_ name: String, _ text: String) throws {
      try Data(text.utf8).write(to: folder.appending(path: name))
    }
    try write("long.csv", "from,to,km,cost\na,b,5,1\n\"b\",a, 7 ,2\r\n")
    try write("matrix.csv", "city,1,2,3\nb,4,5,6\na,1,2,3\n")
    try write("bad.csv", "city,1,2,3\na,1,x,3\n")
    let model = """
      sets: {CITY: [a, b], DAY: 1..3}
      parameters:
        km: {over: [CITY, CITY], file: long.csv, default: 0}
        price: {over: [CITY, CITY], file: long.csv, column: cost, default: 9}
        rain: {over: [CITY, DAY], file: FILE}
      minimize: 100 * km[b, a] + 10 * price[a, a] + rain[b, 3]

      """
    let path = folder.appending(path: "m.yaml").path
    let good = try FiveElementModel.parse(
      text: model.replacing("FILE", with: "matrix.csv"), path: path)
    #expect(Self.objective(good.program) == 796)
    let error = #expect(throws: ReadError.self) {
      try FiveElementModel.parse(text: model.replacing("FILE", with: "bad.csv"), path: path)
    }
    #expect(error?.description.hasSuffix("bad.csv:2:5: x is no finite number; expected a number") == true)
    let outside = #expect(throws: ReadError.self) {
      try FiveElementModel.parse(text: model.replacing("FILE", with: "/dev/zero"), path: path)
    }
    #expect(outside?.cause == "the path /dev/zero is absolute or empty")
  }
}
