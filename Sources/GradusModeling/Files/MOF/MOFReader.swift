// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusNumerics

/// Reads MathOptFormat 1.x: affine, quadratic and nonlinear functions in intervals, integers, semicontinuous ranges,
/// special ordered sets and indicators. Cones and vector functions beyond those are refused by name.
final class MOFReader {
  let source: SourceText
  let model = Model()
  var columns: [String: Int] = [:]
  private var specialSets: [SpecialOrderedSet] = []
  private var indicators: [Indicator] = []
  private var rowNames = Set<String>()

  private init(_ source: SourceText) { self.source = source }

  static func read(_ file: FileBytes) throws(ReadError) -> ModelContents {
    let source = try SourceText(file)
    let reader = MOFReader(source)
    return try reader.contents(try JSONDocument.read(source))
  }

  private func contents(_ root: DocumentNode) throws(ReadError) -> ModelContents {
    let fields = try object(root, "the file")
    let version = try object(try member(fields, "version", root), "version")
    let major = try number(try member(version, "major", root))
    guard major == 1 else {
      throw error(root, "MathOptFormat version \(TextBuffer.shortest(major))", "version 1")
    }
    if let name = fields["name"] { model.name = try text(name) }
    for item in try list(try member(fields, "variables", root)) { try addVariable(item) }
    for item in try list(try member(fields, "constraints", root)) { try addConstraint(item) }
    try addObjective(try member(fields, "objective", root))
    let program: FormulaProgram
    do throws(ModelError) { program = try model.program() } catch {
      throw self.error(root, "\(error)", "different names")
    }
    if specialSets.isEmpty && indicators.isEmpty { return ModelContents(problem: .program(program)) }
    do throws(FormError) {
      var form = try program.standardForm()
      form.specialOrderedSets = specialSets
      form.indicators = indicators
      return ModelContents(problem: .form(form))
    } catch {
      throw self.error(root, "sets or indicators beside nonlinear functions: \(error)", "one of the two")
    }
  }

  private func addVariable(_ item: DocumentNode) throws(ReadError) {
    let fields = try object(item, "a variable")
    let node = try member(fields, "name", item)
    let name = try text(node)
    guard !name.isEmpty, columns.updateValue(model.columns.count, forKey: name) == nil else {
      throw error(
        node, name.isEmpty ? "a variable without a name" : "the variable \(name) stands twice", "different names")
    }
    let start = try fields["primal_start"].flatMap { node throws(ReadError) -> Double? in
      if case .absent = node.content { nil } else { try number(node) }
    }
    model.variable(name, start: start)
  }

  private func addObjective(_ node: DocumentNode) throws(ReadError) {
    let fields = try object(node, "the objective")
    let sense = try member(fields, "sense", node)
    switch try text(sense) {
    case "feasibility": return
    case "min": model.minimize(Formula(model.store, try function(try member(fields, "function", node))))
    case "max": model.maximize(Formula(model.store, try function(try member(fields, "function", node))))
    default: throw error(sense, "an unknown sense", "min, max or feasibility")
    }
  }

  // MARK: Constraints

  private func addConstraint(_ item: DocumentNode) throws(ReadError) {
    let fields = try object(item, "a constraint")
    let functionNode = try member(fields, "function", item)
    let setNode = try member(fields, "set", item)
    let set = try object(setNode, "a set")
    let type = try text(try member(set, "type", setNode))
    let name = try fields["name"].map { node throws(ReadError) in try text(node) } ?? ""
    let function = try object(functionNode, "a function")
    let functionType = try text(try member(function, "type", functionNode))
    switch type {
    case "SOS1", "SOS2":
      let members = try list(try member(function, "variables", functionNode))
      var places: [Int] = []
      for member in members { places.append(try column(member)) }
      let weights = try numbers(try member(set, "weights", setNode))
      guard weights.count == places.count else {
        throw error(setNode, "\(weights.count) weights for \(places.count) variables", "one for each")
      }
      specialSets.append(
        SpecialOrderedSet(
          name: name.isEmpty ? "sos\(specialSets.count + 1)" : name, kind: type == "SOS1" ? .one : .two,
          columns: places,
          weights: weights))
    case "Indicator", "IndicatorSet": try addIndicator(function, functionNode, functionType, set, setNode, name)
    default:
      if functionType == "Variable" || functionType == "SingleVariable" {
        let key = functionType == "Variable" ? "name" : "variable"
        return try restrict(try column(try member(function, key, functionNode)), type, set, setNode)
      }
      let (lower, upper) = try interval(type, set, setNode)
      let body = Formula(model.store, try self.function(functionNode))
      try addRow(Relation(body, from: lower, to: upper), name, item)
    }
  }

  private func addRow(_ relation: Relation, _ name: String, _ item: DocumentNode) throws(ReadError) {
    var own = name
    if own.isEmpty {
      own = "c\(model.rows.count + 1)"
      while rowNames.contains(own) { own += "_" }
    }
    guard rowNames.insert(own).inserted else {
      throw error(item, "the constraint \(own) stands twice", "different names")
    }
    model.require(relation, own)
  }

  private func interval(
    _ type: String, _ set: [String: DocumentNode], _ node: DocumentNode
  ) throws(ReadError) -> (lower: Double, upper: Double) {
    var (lower, upper) = (-Double.infinity, Double.infinity)
    switch type {
    case "LessThan": upper = try number(try member(set, "upper", node))
    case "GreaterThan": lower = try number(try member(set, "lower", node))
    case "EqualTo":
      lower = try number(try member(set, "value", node))
      upper = lower
    case "Interval", "Semicontinuous", "Semiinteger":
      lower = try number(try member(set, "lower", node), mayBeInfinite: true)
      upper = try number(try member(set, "upper", node), mayBeInfinite: true)
    default:
      throw error(
        node, "functions in the set \(type.prefix(60)) are not held",
        "LessThan, GreaterThan, EqualTo, Interval, Integer, ZeroOne, Semicontinuous, Semiinteger, SOS1, SOS2 or Indicator"
      )
    }
    guard lower < .infinity, upper > -.infinity else {
      throw error(node, "a side at the wrong infinity", "a finite number")
    }
    return (lower, upper)
  }

  private func restrict(
    _ j: Int, _ type: String, _ set: [String: DocumentNode], _ node: DocumentNode
  ) throws(ReadError) {
    switch type {
    case "Integer":
      model.columns[j].kind = model.columns[j].kind == .semicontinuous ? .semiinteger : .integer
    case "ZeroOne":
      model.columns[j].kind = .integer
      model.columns[j].lower = max(model.columns[j].lower, 0)
      model.columns[j].upper = min(model.columns[j].upper, 1)
    default:
      let (lower, upper) = try interval(type, set, node)
      model.columns[j].lower = max(model.columns[j].lower, lower)
      model.columns[j].upper = min(model.columns[j].upper, upper)
      if type == "Semicontinuous" {
        model.columns[j].kind = model.columns[j].kind.isIntegral ? .semiinteger : .semicontinuous
      }
      if type == "Semiinteger" { model.columns[j].kind = .semiinteger }
    }
  }

  /// Output 1 is the binary variable, output 2 the function in the inner set.
  private func addIndicator(
    _ function: [String: DocumentNode], _ functionNode: DocumentNode, _ functionType: String,
    _ set: [String: DocumentNode], _ setNode: DocumentNode, _ name: String
  ) throws(ReadError) {
    guard functionType == "VectorAffineFunction" else {
      throw error(functionNode, "an implication of a \(functionType.prefix(60))", "a VectorAffineFunction")
    }
    let innerNode = try member(set, "set", setNode)
    let inner = try object(innerNode, "a set")
    let (lower, upper) = try interval(try text(try member(inner, "type", innerNode)), inner, innerNode)
    let constants = try numbers(try member(function, "constants", functionNode))
    var binary: Int?
    var terms: [(weight: Double, node: FormulaGraph.Node)] = []
    for item in try list(try member(function, "terms", functionNode)) {
      let fields = try object(item, "a term")
      let term = try affineTerm(try member(fields, "scalar_term", item))
      switch try number(try member(fields, "output_index", item)) {
      case 1:
        guard binary == nil, term.weight == 1 else {
          throw error(item, "a first output that is no single variable", "one binary variable with coefficient 1")
        }
        binary = Int(term.node)
      case 2: terms.append(term)
      default: throw error(item, "an output beyond the second", "1 or 2")
      }
    }
    guard let binary, constants.count == 2, constants[0] == 0 else {
      throw error(
        functionNode, "no binary variable in front of the implication", "output 1 with one variable and constant 0")
    }
    let mode = try text(try member(set, "activate_on", setNode)).lowercased()
    guard mode == "one" || mode == "zero" || mode.hasSuffix("_one") || mode.hasSuffix("_zero") else {
      throw error(setNode, "activate_on is neither one nor zero", "one or zero")
    }
    indicators.append(Indicator(row: model.rows.count, column: binary, active: mode.hasSuffix("one")))
    let body = Formula(model.store, model.store.graph.sum(terms, offset: constants[1]))
    try addRow(Relation(body, from: lower, to: upper), name, setNode)
  }
}
