// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusModeling

/// The other parts of a workflow's spec.
extension SpecReader {
  func workflowParameters(_ node: DocumentNode) throws -> [WorkflowParameter] {
    let example =
      "{instruction: {text: Answer the question.}, k: {int: 3, low: 1, high: 9}, style: {choice: [short, long]}}"
    guard case .mapping(let all) = node.content, !all.isEmpty else {
      throw error(node, "parameters is \(node.what)", example)
    }
    var parameters: [WorkflowParameter] = []
    for entry in all {
      let name = entry.key.text
      // The simplest way to say it: a text.
      guard case .mapping = entry.value.content else {
        let text = try text(entry.value, name, "a text, or \(example)")
        parameters.append(try parameter(name, .text(limit: 10_000), .text(text), "", entry))
        continue
      }
      parameters.append(try workflowParameter(name, entry))
    }
    return parameters
  }

  private func workflowParameter(_ name: String, _ entry: DocumentNode.Entry) throws -> WorkflowParameter {
    let kinds = ["text", "number", "int", "bool", "choice"]
    let parts = try entries(
      entry.value, of: "a parameter", known: kinds + ["low", "high", "limit", "start", "purpose"],
      example: "{number: 0.5, low: 0, high: 1}")
    var nodes: [String: DocumentNode] = [:]
    for part in parts { nodes[part.key.text] = part.value }
    let found = kinds.filter { nodes[$0] != nil }
    guard found.count == 1, let kind = found.first, let node = nodes[kind] else {
      throw error(entry.value, "'\(name)' has \(found.count) kinds of value", "one of \(kinds.joined(separator: ", "))")
    }
    let purpose = try nodes["purpose"].map { try text($0, "purpose", "a sentence") } ?? ""
    switch kind {
    case "text":
      let limit = try nodes["limit"].map { try whole($0, "limit", 1...1_000_000) } ?? 10_000
      return try parameter(name, .text(limit: limit), .text(try text(node, name, "a text")), purpose, entry)
    case "number":
      let most = Double.greatestFiniteMagnitude
      let low = try nodes["low"].map { try number($0, "low", -most...most) } ?? -most
      let high = try nodes["high"].map { try number($0, "high", -most...most) } ?? most
      guard low <= high else { throw error(entry.value, "low is above high", "low: 0, high: 1") }
      return try parameter(name, .number(low...high), .number(try number(node, name, low...high)), purpose, entry)
    case "int":
      let low = try nodes["low"].map { try whole($0, "low", Int.min...Int.max) } ?? Int.min
      let high = try nodes["high"].map { try whole($0, "high", Int.min...Int.max) } ?? Int.max
      guard low <= high else { throw error(entry.value, "low is above high", "low: 1, high: 9") }
      return try parameter(name, .whole(low...high), .whole(try whole(node, name, low...high)), purpose, entry)
    case "bool": return try parameter(name, .truth, .truth(try truth(node, name)), purpose, entry)
    default:
      guard case .sequence(let elements) = node.content, !elements.isEmpty else {
        throw error(node, "the choices of '\(name)' are \(node.what)", "a list such as [short, long]")
      }
      var choices: [String] = []
      for element in elements { choices.append(try text(element, "a choice", "a text")) }
      guard Set(choices).count == choices.count else {
        throw error(node, "'\(name)' has a choice twice", "different texts")
      }
      let start = try nodes["start"].map { try text($0, "start", "one of the choices") } ?? choices[0]
      return try parameter(name, .choice(choices), .text(start), purpose, entry)
    }
  }

  private func parameter(
    _ name: String, _ domain: WorkflowParameter.Domain, _ start: ParameterValue, _ purpose: String,
    _ entry: DocumentNode.Entry
  ) throws(ReadError) -> WorkflowParameter {
    do { return try WorkflowParameter(name, domain, start: start, purpose: purpose) } catch {
      throw self.error(entry.value, "\(error)", "a start that it may have")
    }
  }

  // MARK: Data

  /// What a spec says of its data.
  struct DataWords {
    var file: DocumentNode
    var test: DocumentNode?
    var kept: [String]?
    var target: String?
    var select: Int?
    var report: Int?
  }

  func dataWords(_ node: DocumentNode) throws -> DataWords {
    guard case .mapping = node.content else { return DataWords(file: node) }
    let all = try entries(
      node, of: "data", known: ["file", "test", "fields", "target", "select", "report"],
      example: "{file: questions.jsonl, target: answer, select: 40, report: 60}")
    guard let entry = all.first(where: { $0.key.text == "file" }) else {
      throw error(node, "data without a file", "file: questions.jsonl")
    }
    var words = DataWords(file: entry.value)
    for entry in all {
      switch entry.key.text {
      case "test": words.test = entry.value
      case "target": words.target = try text(entry.value, "target", "the name of a field")
      case "select": words.select = try whole(entry.value, "select", 1...1_000_000)
      case "report": words.report = try whole(entry.value, "report", 0...1_000_000)
      case "fields":
        guard case .sequence(let names) = entry.value.content, !names.isEmpty else {
          throw error(entry.value, "fields is \(entry.value.what)", "a list such as [question, answer]")
        }
        words.kept = try names.map { name in try text(name, "a field", "its name") }
      default: break
      }
    }
    return words
  }

  func data(_ node: DocumentNode, _ words: DataWords, folder: String) throws -> ImproveData {
    let path = try text(node, "data", "a .jsonl or .csv file")
    return try ImproveData(
      contentsOf: path.hasPrefix("/") || folder.isEmpty ? path : "\(folder)/\(path)", kept: words.kept,
      target: words.target)
  }

  /// Rows to choose by and rows to report on, drawn without order: from one file, where nothing is said half of them each, at most 100
  /// and 200; or those to report on from a file of their own.
  func division(
    _ words: DataWords, _ data: ImproveData, test: ImproveData?, seed: UInt64
  ) throws(ReadError) -> (selection: [[String: String]], reporting: [[String: String]]) {
    let count = data.rows.count
    let most = test.map(\.rows.count)
    let chosen = words.select ?? min(100, max(1, most == nil ? count - (words.report ?? count / 2) : count))
    let told = words.report ?? min(200, max(0, most ?? count - chosen))
    guard most == nil ? chosen + told <= count : chosen <= count && told <= most ?? 0 else {
      let there = most.map { "\(count) and \($0)" } ?? "\(count)"
      throw error(
        words.file, "\(chosen) rows to choose by and \(told) to report on are more than the \(there) that there are",
        "select: \(max(1, count / 2))")
    }
    var stream = RandomStream(seed: seed).child("division")
    let order = stream.permutation(count)
    let selection = order[..<chosen].map { data.rows[$0] }
    guard let test else { return (selection, order[chosen..<(chosen + told)].map { data.rows[$0] }) }
    return (selection, stream.permutation(test.rows.count).prefix(told).map { test.rows[$0] })
  }

  // MARK: Metric and limits

  func metric(_ node: DocumentNode, values: [String], known: [String]) throws -> WorkflowMetric {
    guard case .mapping = node.content else {
      let text = try text(node, "metric", "exact(output, target)")
      do { return try WorkflowMetric(expression: text, names: values) } catch {
        throw self.error(node, "the metric: \(error.cause)", error.remedy)
      }
    }
    let all = try entries(
      node, of: "metric", known: ["expression", "command", "judge", "input", "scale", "remark", "timeout"],
      example: "{judge: \"From 0 to 10, how good is {output}?\", scale: 10}")
    var nodes: [String: DocumentNode] = [:]
    for entry in all { nodes[entry.key.text] = entry.value }
    let names = known + ["output"]
    var metric: WorkflowMetric
    if let node = nodes["judge"] {
      let scale = try nodes["scale"].map { try number($0, "scale", 1e-9...1e9) } ?? 10
      metric = WorkflowMetric(.judge(try template(node, "judge", known: names), scale: scale))
    } else if let node = nodes["command"] {
      guard case .sequence(let elements) = node.content, !elements.isEmpty else {
        throw error(node, "command is \(node.what)", "a list of words such as [python3, score.py, \"{output}\"]")
      }
      var words: [TextTemplate] = []
      for element in elements { words.append(try template(element, "a word of the command", known: names)) }
      metric = WorkflowMetric(
        .command(words, input: try nodes["input"].map { try template($0, "input", known: names) }))
    } else if let node = nodes["expression"] {
      metric = try self.metric(node, values: values, known: known)
    } else {
      throw error(node, "metric says nothing", "expression, command or judge")
    }
    if let node = nodes["remark"] { metric.remark = try template(node, "remark", known: names) }
    if let node = nodes["timeout"] { metric.timeout = try seconds(node, "timeout") }
    return metric
  }

  func limits(_ node: DocumentNode) throws(ReadError) -> [SpecifiedWorkflow.Limit] {
    let example = "[\"cost <= 0.01\", \"latency <= 2\"], of a place on average"
    var nodes = [node]
    if case .sequence(let elements) = node.content { nodes = elements }
    var limits: [SpecifiedWorkflow.Limit] = []
    for node in nodes {
      let words = try text(node, "a constraint", example).split(separator: " ").map(String.init)
      guard words.count == 3, words[1] == "<=", let bound = Double(words[2]), bound > 0, bound.isFinite else {
        throw error(node, "this is no constraint", example)
      }
      guard let measure = SpecifiedWorkflow.Measure(rawValue: words[0]) else {
        let known = SpecifiedWorkflow.Measure.allCases.map(\.rawValue)
        throw error(
          node, "'\(words[0])' is not measured", nearest(to: words[0], among: known) ?? known.joined(separator: ", "))
      }
      limits.append(.init(measure, bound))
    }
    return limits
  }

  // MARK: Method and money

  func method(_ node: DocumentNode) throws(ReadError) -> String {
    let known = LanguageMethods.all.map { $0.name } + ["automatic"]
    let name = try text(node, "by", "one of \(known.joined(separator: ", "))")
    guard known.contains(name) else {
      throw error(
        node, "there is no method '\(name)'",
        nearest(to: name, among: known).map { "'\($0)'" } ?? known.joined(separator: ", "))
    }
    return name
  }

  func values(_ node: DocumentNode, _ name: String) throws(ReadError) -> [(name: String, value: String)] {
    guard case .mapping(let all) = node.content else {
      throw error(node, "\(name) is \(node.what)", "a mapping such as {batch: 8}")
    }
    var values: [(name: String, value: String)] = []
    for entry in all { values.append((entry.key.text, try text(entry.value, entry.key.text))) }
    return values
  }

  func prices(_ node: DocumentNode) throws(ReadError) -> ModelPrices {
    var prices = ModelPrices()
    for entry in try entries(
      node, of: "prices", known: ["prompt", "completion"],
      example: "{prompt: 0.15, completion: 0.6}, for a million tokens")
    {
      let price = try number(entry.value, entry.key.text, 0...1e9)
      if entry.key.text == "prompt" { prices.prompt = price } else { prices.completion = price }
    }
    return prices
  }

  func budget(_ node: DocumentNode) throws(ReadError) -> ModelBudget {
    var budget = ModelBudget()
    for entry in try entries(node, of: "budget", known: ["calls", "tokens", "cost"], example: "{calls: 2000}") {
      switch entry.key.text {
      case "calls": budget.calls = try whole(entry.value, "calls", 1...1_000_000_000)
      case "tokens": budget.tokens = try whole(entry.value, "tokens", 1...1_000_000_000_000)
      default: budget.cost = try number(entry.value, "cost", 1e-12...1e12)
      }
    }
    return budget
  }

  func simulated(_ node: DocumentNode, known: [String]) throws(ReadError) -> ImproveSpec.SimulatedWords {
    var words = ImproveSpec.SimulatedWords()
    for entry in try entries(
      node, of: "simulated", known: ["question", "answer", "directives", "base", "exemplar", "follows", "invents"],
      example: "{directives: {\"Think step by step.\": 1.2}}")
    {
      switch entry.key.text {
      case "question": words.question = try template(entry.value, "question", known: known)
      case "answer": words.answer = try template(entry.value, "answer", known: known)
      case "directives":
        guard case .mapping(let all) = entry.value.content else {
          throw error(entry.value, "directives is \(entry.value.what)", "{\"Think step by step.\": 1.2}")
        }
        for one in all {
          words.directives.append(.init(one.key.text, weight: try number(one.value, one.key.text, -100...100)))
        }
      case "base": words.rates.base = try number(entry.value, "base", -100...100)
      case "exemplar": words.rates.exemplar = try number(entry.value, "exemplar", -100...100)
      case "follows": words.rates.follows = try number(entry.value, "follows", 0...1)
      default: words.rates.invents = try number(entry.value, "invents", 0...1)
      }
    }
    return words
  }
}
