// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

/// Builds a program from the document of a five-element model. Sets and parameters are loaded when they are first needed,
/// so that they may be declared in any order. Belongs to one task.
final class FiveElementReader {
  enum LoadState { case pending, loading, loaded }

  struct SetEntry {
    var name: String
    var node: DocumentNode
    var state = LoadState.pending
    var value: IndexSet?
  }

  struct ParameterEntry {
    var name: String
    var offset: Int
    var node: DocumentNode
    var state = LoadState.pending
    var domain = IndexDomain()
    var values: [Double] = []
    var units = UnitExpression.unknown
    var isDeclared = false
    /// True when a value is an expression, so that it moves with the data it is made of.
    var isComputed = false
  }

  struct VariableEntry {
    var name: String
    var offset: Int
    var node: DocumentNode
    var domain = IndexDomain()
    var firstColumn = 0
    var units = UnitExpression.unknown
    var isDeclared = false
  }

  let source: SourceText
  /// Where `file:` looks; nil when the model has no place on disk.
  let directory: String?
  let limits: ExpansionLimits
  let model = Model()
  var elements = ElementTable()
  var symbols: [String: ModelSymbol] = [:]
  var sets: [SetEntry] = []
  var parameters: [ParameterEntry] = []
  var variables: [VariableEntry] = []
  var notes: [String] = []
  /// The elements of the indices in force, by slot.
  var slots: [Int32] = []
  /// Why variables may not be used in the expression at hand; nil where they may.
  var variablesRefused: String? = "a parameter"
  /// The row or objective at hand, for names and messages.
  var context = ""
  var steps = 0
  var loadDepth = 0
  var auxiliaryCounts: [String: Int] = [:]
  var linearizations: [String: LinearizationSummary] = [:]
  var linearizationOrder: [String] = []
  var tables: [String: CSVTable] = [:]
  /// One value of a parameter that is read as more than the document says.
  var move: (parameter: String, position: Int, by: Double)?
  /// Set when a value of the parameter that is loading is an expression.
  var metExpression = false

  init(_ source: SourceText, directory: String?, limits: ExpansionLimits) {
    self.source = source
    self.directory = directory
    self.limits = limits
  }

  static let sections = [
    "name", "sets", "parameters", "variables", "minimize", "maximize", "subject to",
  ]

  func program(_ root: DocumentNode) throws(ReadError) -> FormulaProgram {
    guard case .mapping(let entries) = root.content else {
      throw source.error(
        at: root.offset, "the model is \(root.what)", expected: "a mapping with the keys sets, parameters, variables, …"
      )
    }
    var parts: [String: DocumentNode.Entry] = [:]
    for entry in entries {
      guard Self.sections.contains(entry.key.text) else { throw unknownSection(entry.key) }
      parts[entry.key.text] = entry
    }
    if let name = parts["name"] { model.name = try text(name.value, "a name") }
    try declare(parts["sets"]?.value, parts["parameters"]?.value, parts["variables"]?.value)
    for i in sets.indices { try loadSet(i) }
    for i in parameters.indices { try loadParameter(i) }
    for i in variables.indices { try makeVariable(i) }
    variablesRefused = nil
    try readObjective(parts["minimize"], parts["maximize"])
    if let rows = parts["subject to"]?.value { try readConstraints(rows) }
    appendLinearizationNotes()
    return try assembled(at: root.offset)
  }

  private func assembled(at offset: Int) throws(ReadError) -> FormulaProgram {
    do throws(ModelError) {
      return try model.program()
    } catch {
      throw source.error(at: offset, "\(error)", expected: "different names")
    }
  }

  private func unknownSection(_ key: DocumentScalar) -> ReadError {
    let later = ["uncertainty": "robust sets", "stages": "stages", "inner": "bilevel models"]
    if let what = later[key.text] {
      return source.error(
        at: key.offset, "\(key.text): \(what) are not read yet",
        expected: "one of \(Self.sections.joined(separator: ", "))")
    }
    let near = NearestName.of(key.text, in: Self.sections + ["subject_to"]).map {
      $0 == "subject_to" ? "subject to" : $0
    }
    return source.error(
      at: key.offset, "the key \(key.text.prefix(60)) is unknown",
      expected: near.map { "\($0) (did you mean that?)" } ?? "one of \(Self.sections.joined(separator: ", "))")
  }

  // MARK: Pieces

  func error(_ offset: Int, _ cause: String, expected: String) -> ReadError {
    source.error(at: offset, context.isEmpty ? cause : "\(cause) (in \(context))", expected: expected)
  }

  func text(_ node: DocumentNode, _ what: String) throws(ReadError) -> String {
    guard let scalar = node.scalar else { throw source.error(at: node.offset, "\(node.what)", expected: what) }
    return scalar.text
  }

  /// The members of a mapping by key; other keys are refused with a suggestion.
  func fields(
    _ entries: [DocumentNode.Entry], of owner: String, _ known: [String]
  ) throws(ReadError) -> [String: DocumentNode] {
    var result: [String: DocumentNode] = [:]
    for entry in entries {
      guard known.contains(entry.key.text) else {
        let near = NearestName.of(entry.key.text, in: known)
        throw source.error(
          at: entry.key.offset, "\(owner) has no key \(entry.key.text.prefix(60))",
          expected: near.map { "\($0) (did you mean that?)" } ?? "one of \(known.joined(separator: ", "))")
      }
      result[entry.key.text] = entry.value
    }
    return result
  }

  /// Counts work, so that a short text cannot ask for an endless expansion.
  @inline(__always)
  func step(_ offset: Int) throws(ReadError) {
    steps &+= 1
    if steps > limits.steps {
      throw error(
        offset, "the expansion takes more than \(limits.steps) steps", expected: "smaller sets or conditions on them")
    }
  }

  func parser(_ scalar: DocumentScalar, locals: [String] = []) throws(ReadError) -> ExpressionParser {
    try ExpressionParser(scalar, source, self, locals: locals)
  }
}

/// How far a model may be expanded.
package struct ExpansionLimits: Sendable {
  /// Operations while sets, parameters and rows are written out.
  package var steps = 200_000_000
  /// Members of one set, values of one parameter, columns of one variable.
  package var members = 10_000_000

  package init() {}

  package init(steps: Int, members: Int) {
    self.steps = steps
    self.members = members
  }
}

extension FiveElementReader: NameScope {
  func symbol(_ name: String) -> ModelSymbol? { symbols[name] }
  func element(_ text: String) -> Int32? { elements.find(text) }
  func intern(_ text: String) -> Int32 { elements.intern(text) }
  var knownNames: [String] { symbols.keys.sorted() + elements.texts.prefix(1000) }

  func arity(of symbol: ModelSymbol, at offset: Int) throws(ReadError) -> Int {
    switch symbol {
    case .set(let i):
      try loadSet(i, from: offset)
      return sets[i].value?.arity ?? 1
    case .parameter(let i):
      try declareParameter(i)
      return parameters[i].domain.arity
    case .variable(let i):
      try declareVariable(i)
      return variables[i].domain.arity
    }
  }
}
