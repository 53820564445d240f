// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusNumerics

/// MathOptFormat 1.7 (Legat, Dowson, Garcia, Lubin, "MathOptInterface: A data structure for mathematical optimization
/// problems", 2022): functions in sets, as JSON.
struct MOFWriter {
  private let file: String
  private let columns: [String]
  private var out = JSONWriter()
  private var losses: [ConversionLoss] = []

  static func write(
    _ problem: ModelContents.Problem, file: String
  ) throws(WriteError) -> (bytes: [UInt8], losses: [ConversionLoss]) {
    switch problem {
    case .form(let form):
      var writer = try MOFWriter(form, file)
      try writer.document(form, nil)
      return (writer.out.bytes, writer.losses)
    case .program(let program):
      var writer = try MOFWriter(program.linear, file)
      // Quadratic programs are stated as such.
      if let form = try? program.standardForm() {
        try writer.document(form, nil, start: program.hasStart ? program.start : nil)
      } else {
        try writer.document(program.linear, program, start: program.hasStart ? program.start : nil)
      }
      return (writer.out.bytes, writer.losses)
    }
  }

  private init(_ form: StandardForm, _ file: String) throws(WriteError) {
    self.file = file
    columns = Array(form.columnNames)
    var seen = Set<String>()
    for name in columns {
      guard !name.isEmpty, seen.insert(name).inserted else {
        throw WriteError(
          file: file, cause: name.isEmpty ? "a variable has no name" : "two variables are called \(name)",
          remedy: "give every one its own name")
      }
    }
  }

  private mutating func document(
    _ form: StandardForm, _ program: FormulaProgram?, start: Vector? = nil
  ) throws(WriteError) {
    raw("{\"name\":")
    out.write(JSONValue.string(form.name))
    raw(",\"version\":{\"major\":1,\"minor\":7},\n\"variables\":[")
    for j in columns.indices {
      raw(j == 0 ? "\n{\"name\":" : ",\n{\"name\":")
      out.write(JSONValue.string(columns[j]))
      if let start, start[j].isFinite {
        raw(",\"primal_start\":")
        out.write(start[j])
      }
      raw("}")
    }
    raw("],\n\"objective\":{\"sense\":")
    raw(form.sense == .minimize ? "\"min\"" : "\"max\"")
    raw(",\"function\":")
    let costs = form.costs.indices.filter { form.costs[$0] != 0 }.map { (weight: form.costs[$0], column: $0) }
    try function(costs, form.quadratic, program, program?.objective, form.objectiveOffset, "the objective")
    raw("},\n\"constraints\":[")
    if form.objectiveName != "objective", !form.objectiveName.isEmpty {
      losses.append(
        ConversionLoss(part: "names", detail: "the objective has no name, \(form.objectiveName) is left out"))
    }
    var isFirst = true
    try rows(form, program, &isFirst)
    try bounds(form, &isFirst)
    for set in form.specialOrderedSets { self.set(set, &isFirst) }
    raw("]}\n")
  }

  private mutating func raw(_ text: StaticString) { out.raw(text) }

  private mutating func begin(_ isFirst: inout Bool) {
    raw(isFirst ? "\n{" : ",\n{")
    isFirst = false
  }

  // MARK: Constraints

  private mutating func rows(
    _ form: StandardForm, _ program: FormulaProgram?, _ isFirst: inout Bool
  ) throws(WriteError) {
    let terms = FiveElementWriter.rows(of: form)
    var quadratic: [Int: SparseMatrix] = [:]
    for term in form.quadraticTerms { quadratic[term.row] = term.matrix }
    var indicators: [Int: Indicator] = [:]
    for indicator in form.indicators { indicators[indicator.row] = indicator }
    for i in 0..<form.constraintCount {
      let (lower, upper) = (form.rowLower[i], form.rowUpper[i])
      guard lower < .infinity, upper > -.infinity else {
        throw WriteError(
          file: file, cause: "the row \(form.rowNames[i]) has a side at the wrong infinity",
          remedy: "give it finite sides")
      }
      begin(&isFirst)
      raw("\"name\":")
      out.write(JSONValue.string(form.rowNames[i]))
      if let indicator = indicators[i] {
        guard quadratic[i] == nil else {
          throw WriteError(
            file: file, cause: "the implication \(form.rowNames[i]) is quadratic", remedy: "write a linear one")
        }
        implication(indicator, terms[i], lower, upper)
      } else {
        raw(",\"function\":")
        try function(terms[i], quadratic[i], program, program?.rows[i], 0, "the row \(form.rowNames[i])")
        raw(",\"set\":")
        interval(lower, upper)
      }
      raw("}")
    }
  }

  /// A free row is the interval from −∞ to ∞, which MathOptFormat writes with words.
  private mutating func interval(_ lower: Double, _ upper: Double) {
    if lower == upper {
      raw("{\"type\":\"EqualTo\",\"value\":")
      out.write(lower)
    } else if lower == -.infinity, upper < .infinity {
      raw("{\"type\":\"LessThan\",\"upper\":")
      out.write(upper)
    } else if upper == .infinity, lower > -.infinity {
      raw("{\"type\":\"GreaterThan\",\"lower\":")
      out.write(lower)
    } else {
      raw("{\"type\":\"Interval\",\"lower\":")
      infinite(lower)
      raw(",\"upper\":")
      infinite(upper)
    }
    raw("}")
  }

  private mutating func infinite(_ value: Double) {
    if value == .infinity { raw("\"Inf\"") } else if value == -.infinity { raw("\"-Inf\"") } else { out.write(value) }
  }

  private mutating func implication(
    _ indicator: Indicator, _ terms: [(weight: Double, column: Int)], _ lower: Double, _ upper: Double
  ) {
    raw(",\"function\":{\"type\":\"VectorAffineFunction\",\"terms\":[{\"output_index\":1,\"scalar_term\":")
    affine([(1, indicator.column)], isBare: true)
    raw("}")
    for term in terms {
      raw(",{\"output_index\":2,\"scalar_term\":")
      affine([term], isBare: true)
      raw("}")
    }
    raw("],\"constants\":[0,0]},\"set\":{\"type\":\"Indicator\",\"activate_on\":")
    raw(indicator.active ? "\"one\",\"set\":" : "\"zero\",\"set\":")
    interval(lower, upper)
    raw("}")
  }

  private mutating func bounds(_ form: StandardForm, _ isFirst: inout Bool) throws(WriteError) {
    for j in columns.indices {
      let (lower, upper) = (form.columnLower[j], form.columnUpper[j])
      guard lower < .infinity, upper > -.infinity else {
        throw WriteError(
          file: file, cause: "\(columns[j]) has a bound at the wrong infinity", remedy: "give it finite bounds")
      }
      let isSemi = form.kinds[j] == .semicontinuous || form.kinds[j] == .semiinteger
      if lower > -.infinity || upper < .infinity || isSemi {
        begin(&isFirst)
        variable(j)
        if isSemi {
          raw(",\"set\":{\"type\":")
          raw(form.kinds[j] == .semicontinuous ? "\"Semicontinuous\",\"lower\":" : "\"Semiinteger\",\"lower\":")
          infinite(lower)
          raw(",\"upper\":")
          infinite(upper)
          raw("}}")
        } else {
          raw(",\"set\":")
          interval(lower, upper)
          raw("}")
        }
      }
      if form.kinds[j] == .integer {
        begin(&isFirst)
        variable(j)
        raw(",\"set\":{\"type\":\"Integer\"}}")
      }
    }
  }

  private mutating func variable(_ j: Int) {
    raw("\"function\":{\"type\":\"Variable\",\"name\":")
    out.write(JSONValue.string(columns[j]))
    raw("}")
  }

  private mutating func set(_ set: SpecialOrderedSet, _ isFirst: inout Bool) {
    begin(&isFirst)
    raw("\"name\":")
    out.write(JSONValue.string(set.name))
    raw(",\"function\":{\"type\":\"VectorOfVariables\",\"variables\":")
    out.write(JSONValue(strings: set.columns.map { columns[$0] }))
    raw("},\"set\":{\"type\":")
    raw(set.kind == .one ? "\"SOS1\",\"weights\":" : "\"SOS2\",\"weights\":")
    out.write(set.weights)
    raw("}}")
    if set.priority != 0 {
      losses.append(ConversionLoss(part: "sets", detail: "the priority of \(set.name) is left out"))
    }
  }

  // MARK: Functions

  private mutating func function(
    _ linear: [(weight: Double, column: Int)], _ quadratic: SparseMatrix?, _ program: FormulaProgram?,
    _ node: FormulaGraph.Node?, _ offset: Double, _ owner: String
  ) throws(WriteError) {
    if let program, let node { return try nonlinear(linear, program, node, offset, owner) }
    guard let quadratic else {
      raw("{\"type\":\"ScalarAffineFunction\",\"terms\":[")
      affine(linear)
      raw("],\"constant\":")
      out.write(offset)
      return raw("}")
    }
    raw("{\"type\":\"ScalarQuadraticFunction\",\"affine_terms\":[")
    affine(linear)
    raw("],\"quadratic_terms\":[")
    var isFirst = true
    for j in 0..<quadratic.columnCount {
      for p in quadratic.range(ofColumn: j) where Int(quadratic.rows[p]) <= j && quadratic.values[p] != 0 {
        raw(isFirst ? "{\"coefficient\":" : ",{\"coefficient\":")
        isFirst = false
        out.write(quadratic.values[p])
        raw(",\"variable_1\":")
        out.write(JSONValue.string(columns[Int(quadratic.rows[p])]))
        raw(",\"variable_2\":")
        out.write(JSONValue.string(columns[j]))
        raw("}")
      }
    }
    raw("],\"constant\":")
    out.write(offset)
    raw("}")
  }

  private mutating func affine(_ terms: [(weight: Double, column: Int)], isBare: Bool = false) {
    for (k, term) in terms.enumerated() {
      raw(k == 0 ? "{\"coefficient\":" : ",{\"coefficient\":")
      out.write(term.weight)
      raw(",\"variable\":")
      out.write(JSONValue.string(columns[term.column]))
      raw("}")
    }
  }

  /// offset + Σ weight·x + node, its nodes in a list, arguments first.
  private mutating func nonlinear(
    _ linear: [(weight: Double, column: Int)], _ program: FormulaProgram, _ node: FormulaGraph.Node, _ offset: Double,
    _ owner: String
  ) throws(WriteError) {
    var list = MOFNodeList(program.graph, columns)
    let root: JSONValue
    do throws(MOFNodeList.Obstacle) {
      root = try list.root(linear, node, offset)
    } catch {
      throw WriteError(file: file, cause: "\(owner) cannot be stated: \(error.cause)", remedy: "write an .nl file")
    }
    raw("{\"type\":\"ScalarNonlinearFunction\",\"root\":")
    out.write(root)
    raw(",\"node_list\":[")
    for (k, node) in list.nodes.enumerated() {
      if k > 0 { raw(",") }
      out.write(node)
    }
    raw("]}")
  }
}
