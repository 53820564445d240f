// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusModeling

/// What `gradus improve` is told.
struct ImproveSpec {
  var name: String
  var purpose = ""
  var parameters: [WorkflowParameter] = []
  var steps: [WorkflowStep] = []
  var output: TextTemplate?
  var data: ImproveData
  /// Rows to report on, where they have a file of their own.
  var test: ImproveData?
  /// Rows to choose by, and rows to report on.
  var selection: [[String: String]] = []
  var reporting: [[String: String]] = []
  var metric: WorkflowMetric
  var limits: [SpecifiedWorkflow.Limit] = []
  var repeats = 1
  var method: String?
  var settings: [(name: String, value: String)] = []
  var prices = ModelPrices()
  var budget = ModelBudget()
  var simulated = SimulatedWords()
  var seed: UInt64 = 0

  /// What the double of a language model is to know.
  struct SimulatedWords {
    var question: TextTemplate?
    var answer: TextTemplate?
    var directives: [SimulatedModel.Directive] = []
    var rates = SimulatedModel.Rates()
  }

  static let names = [
    "name", "purpose", "parameters", "steps", "output", "data", "metric", "constraints", "repeats", "by", "settings",
    "prices",
    "budget", "simulated", "seed",
  ]
  private static let usual = [
    "method": "by", "optimizer": "by", "prompts": "steps", "workflow": "steps", "dataset": "data",
    "limits": "constraints",
    "objective": "metric", "params": "parameters", "knobs": "parameters", "score": "metric", "cost": "prices",
  ]

  /// Reads a YAML mapping. Every error has its line and column.
  init(contentsOf path: String) throws {
    let source = try SourceText(try FileBytes.load(path))
    let root = try YAMLReader.read(source, as: .init("workflow", members: "steps, data, metric, …"))
    let file = path.split(separator: "/").last.map(String.init) ?? path
    let folder = path.contains("/") ? String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]) : ""
    try self.init(
      root, SpecReader(source: source), folder: folder,
      stem: file.split(separator: ".").first.map(String.init) ?? "workflow")
  }

  private init(_ root: DocumentNode, _ reader: SpecReader, folder: String, stem: String) throws {
    guard case .mapping(let all) = root.content, !all.isEmpty else {
      throw reader.error(root, "\(root.what) instead of a mapping", "lines such as 'metric: exact(output, target)'")
    }
    for entry in all where !Self.names.contains(entry.key.text) {
      let name = entry.key.text
      let near = (Self.usual[name] ?? nearest(to: name, among: Self.names)).map { "'\($0)'" }
      throw reader.source.error(
        at: entry.key.offset, "'\(name)' is no part of a workflow", expected: near ?? Self.names.joined(separator: ", ")
      )
    }
    var entries: [String: DocumentNode] = [:]
    for entry in all { entries[entry.key.text] = entry.value }
    func needed(_ name: String, _ example: String) throws(ReadError) -> DocumentNode {
      guard let node = entries[name] else { throw reader.error(root, "no '\(name)'", example) }
      return node
    }
    name = try entries["name"].map { try reader.text($0, "name", "a word") } ?? stem
    if let node = entries["purpose"] { purpose = try reader.text(node, "purpose", "a sentence") }
    if let node = entries["seed"] { seed = UInt64(try reader.whole(node, "seed", 0...Int.max)) }
    let words = try reader.dataWords(try needed("data", "data: questions.jsonl"))
    data = try reader.data(words.file, words, folder: folder)
    test = try words.test.map { node in try reader.data(node, words, folder: folder) }
    if let test, let missing = data.fields.first(where: { !test.fields.contains($0) }) {
      throw reader.error(words.test ?? root, "the rows to report on have no '\(missing)'", "the fields of the others")
    }
    if let node = entries["parameters"] { parameters = try reader.workflowParameters(node) }
    let stepsNode = try needed("steps", "steps: [{name: answer, prompt: \"{instruction}\\n{question}\"}]")
    let (steps, more) = try reader.steps(stepsNode, parameters: parameters.map(\.name), fields: data.fields)
    self.steps = steps
    parameters += more
    guard !parameters.isEmpty else {
      throw reader.error(root, "nothing that may be changed", "parameters: {instruction: {text: Answer the question.}}")
    }
    let values = data.fields + reader.outputs(steps)
    let known = values + parameters.map(\.name)
    if let node = entries["output"] { output = try reader.template(node, "output", known: known) }
    metric = try reader.metric(
      try needed("metric", "metric: exact(output, target)"), values: values + ["output"], known: known)
    if let node = entries["constraints"] { limits = try reader.limits(node) }
    if let node = entries["repeats"] { repeats = try reader.whole(node, "repeats", 1...1000) }
    if let node = entries["by"] { method = try reader.method(node) }
    if let node = entries["settings"] { settings = try reader.values(node, "settings") }
    if let node = entries["prices"] { prices = try reader.prices(node) }
    if let node = entries["budget"] { budget = try reader.budget(node) }
    if let node = entries["simulated"] { simulated = try reader.simulated(node, known: data.fields) }
    (selection, reporting) = try reader.division(words, data, test: test, seed: seed)
  }

  /// The problem of improving it.
  var program: LanguageProgram {
    var program = LanguageProgram(
      parameters, purpose: purpose, models: Set(steps.filter(\.asksModel).map(\.name)), selectionCount: selection.count,
      reportingCount: reporting.count)
    for step in steps {
      if !step.purpose.isEmpty { program.guide[step.name] = step.purpose }
      guard case .predictor(let predictor, let inputs) = step.action else { continue }
      // Where the data hold all fields of a call, each row is an example of it.
      let fields = predictor.signature.outputs.map(\.name).filter { $0 != "reasoning" }
      guard fields.allSatisfy({ data.fields.contains($0) || $0 == fields.last && target != nil }) else { continue }
      program.labels[predictor.demonstrationsName] = selection.map { row in
        var values: [String: String] = [:]
        for (field, template) in inputs { values[field] = template.text(row) }
        for field in fields { values[field] = row[field] ?? target.flatMap { row[$0] } }
        return Demonstration(values)
      }
    }
    if let target {
      program.examples = selection.map { row in
        let input = data.fields.filter { $0 != target }.map { "\($0): \(row[$0] ?? "")" }
        return TaskExample(
          data.fields.count == 2 ? row[data.fields.first { $0 != target } ?? ""] ?? "" : input.joined(separator: "\n"),
          row[target] ?? "")
      }
    }
    return program
  }

  /// The field that holds what is wanted; nil where none has a usual name.
  var target: String? { ["target", "answer", "label"].first { data.fields.contains($0) } }
}
