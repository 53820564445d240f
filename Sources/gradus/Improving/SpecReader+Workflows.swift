// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusModeling

/// The steps of a workflow's spec.
extension SpecReader {
  private static let actions = ["prompt", "signature", "command", "http", "program"]

  func template(_ node: DocumentNode, _ name: String, known: [String]) throws(ReadError) -> TextTemplate {
    let text = try text(node, name, "a text with {names} in it")
    do { return try TextTemplate(text, known: known) } catch {
      let near = nearest(to: error.name, among: known).map { "{\($0)}" } ?? "one of \(known.joined(separator: ", "))"
      throw self.error(node, "{\(error.name)} in \(name) is no field, no parameter and no earlier step", near)
    }
  }

  /// The values that steps give.
  func outputs(_ steps: [WorkflowStep]) -> [String] {
    steps.flatMap { step -> [String] in
      guard case .predictor(let predictor, _) = step.action else { return [step.name] }
      return [step.name] + predictor.signature.outputs.map { "\(step.name).\($0.name)" }
    }
  }

  /// The steps, and the parameters that they bring along.
  func steps(
    _ node: DocumentNode, parameters: [String], fields: [String]
  ) throws -> (steps: [WorkflowStep], parameters: [WorkflowParameter]) {
    let example = "a list such as [{name: answer, prompt: \"{instruction}\\n{question}\"}]"
    guard case .sequence(let elements) = node.content, !elements.isEmpty else {
      throw error(node, "steps is \(node.what)", example)
    }
    var (steps, more) = ([WorkflowStep](), [WorkflowParameter]())
    for element in elements {
      let known = fields + outputs(steps) + parameters
      let all = try entries(
        element, of: "a step",
        known: Self.actions + [
          "name", "purpose", "timeout", "temperature", "max-tokens", "stop", "reasoning", "with", "instruction",
          "attempts", "input",
          "body", "shots",
        ], example: "{name: answer, prompt: \"{instruction}\\n{question}\"}")
      var nodes: [String: DocumentNode] = [:]
      for entry in all { nodes[entry.key.text] = entry.value }
      guard let nameNode = nodes["name"] else { throw error(element, "a step without a name", "name: answer") }
      let name = try text(nameNode, "name", "a word")
      guard !known.contains(name), name != "output" else {
        throw error(nameNode, "'\(name)' is already the name of something", "another name")
      }
      let found = Self.actions.filter { nodes[$0] != nil }
      guard found.count == 1, let kind = found.first, let content = nodes[kind] else {
        throw error(
          element,
          found.isEmpty
            ? "the step '\(name)' does nothing" : "the step '\(name)' is \(found.joined(separator: " and "))",
          "one of \(Self.actions.joined(separator: ", "))")
      }
      try refuse(nodes, besides: kind, element)
      let action: WorkflowStep.Action
      switch kind {
      case "prompt": action = .prompt(try template(content, "prompt", known: known), try promptSettings(nodes, known))
      case "signature":
        let predictor = try self.predictor(name, content, nodes)
        action = .predictor(predictor, try inputs(of: predictor, nodes["with"], element, known: known))
        do { more += try predictor.parameters } catch { throw self.error(content, "\(error)", "a shorter instruction") }
      case "command":
        action = .command(
          try words(content, known: known), input: try nodes["input"].map { try template($0, "input", known: known) })
      case "http":
        action = .http(
          try template(content, "http", known: known),
          body: try nodes["body"].map { try template($0, "body", known: known) })
      default:
        guard let input = nodes["input"] else {
          throw error(element, "the program '\(name)' is told nothing", "input: \"{question}\"")
        }
        action = .program(try command(content), input: try template(input, "input", known: known))
      }
      var step = WorkflowStep(name, action)
      if let node = nodes["purpose"] { step.purpose = try text(node, "purpose", "a sentence") }
      if let node = nodes["timeout"] { step.timeout = try seconds(node, "timeout") }
      steps.append(step)
    }
    return (steps, more)
  }

  /// Refuses what belongs to other kinds of steps.
  private func refuse(_ nodes: [String: DocumentNode], besides kind: String, _ step: DocumentNode) throws(ReadError) {
    let own =
      switch kind {
      case "prompt": ["temperature", "max-tokens", "stop"]
      case "signature": ["temperature", "max-tokens", "reasoning", "with", "instruction", "attempts", "shots"]
      case "http": ["body", "timeout"]
      default: ["input", "timeout"]
      }
    for name in nodes.keys.sorted() where !(own + ["name", "purpose", kind]).contains(name) {
      throw error(
        nodes[name] ?? step, "'\(name)' does not belong to a step that is a \(kind)", own.joined(separator: ", "))
    }
  }

  private func promptSettings(_ nodes: [String: DocumentNode], _ known: [String]) throws(ReadError) -> PromptSettings {
    var settings = PromptSettings()
    if let node = nodes["temperature"] { settings.temperature = try template(node, "temperature", known: known) }
    if let node = nodes["max-tokens"] { settings.maxTokens = try template(node, "max-tokens", known: known) }
    if let node = nodes["stop"] {
      if case .sequence(let all) = node.content {
        for one in all { settings.stop.append(try text(one, "stop", "a text")) }
      } else {
        settings.stop = [try text(node, "stop", "a text")]
      }
    }
    return settings
  }

  private func words(_ node: DocumentNode, known: [String]) throws(ReadError) -> [TextTemplate] {
    guard case .sequence(let elements) = node.content, !elements.isEmpty else {
      throw error(node, "command is \(node.what)", "a list of words such as [python3, check.py]")
    }
    var words: [TextTemplate] = []
    for element in elements { words.append(try template(element, "a word of the command", known: known)) }
    return words
  }

  private func predictor(
    _ name: String, _ node: DocumentNode, _ nodes: [String: DocumentNode]
  ) throws(ReadError) -> Predictor {
    var signature: Signature
    do {
      signature = try Signature(
        try text(node, "signature", "question -> answer"),
        instruction: try nodes["instruction"].map { try text($0, "instruction") })
    } catch let fault as ReadError {
      throw fault
    } catch let fault as SignatureError {
      throw error(node, fault.cause, fault.expected)
    } catch {
      throw self.error(node, "\(error)", "question -> answer")
    }
    if let node = nodes["reasoning"], try truth(node, "reasoning") { signature = signature.withReasoning() }
    var predictor = Predictor(name, signature)
    if let node = nodes["temperature"] { predictor.temperature = try number(node, "temperature", 0...10) }
    if let node = nodes["max-tokens"] { predictor.maxTokens = try whole(node, "max-tokens", 1...1_000_000) }
    if let node = nodes["attempts"] { predictor.attempts = try whole(node, "attempts", 1...10) }
    if let node = nodes["shots"] { predictor.most = try whole(node, "shots", 0...1000) }
    return predictor
  }

  private func inputs(
    of predictor: Predictor, _ node: DocumentNode?, _ step: DocumentNode, known: [String]
  ) throws(ReadError) -> [(field: String, template: TextTemplate)] {
    var given: [String: TextTemplate] = [:]
    if let node {
      for entry in try entries(
        node, of: "with", known: predictor.signature.inputs.map(\.name), example: "{question: \"{question}\"}")
      {
        given[entry.key.text] = try template(entry.value, entry.key.text, known: known)
      }
    }
    var inputs: [(field: String, template: TextTemplate)] = []
    for field in predictor.signature.inputs {
      guard let template = given[field.name] ?? (known.contains(field.name) ? TextTemplate("{\(field.name)}") : nil)
      else {
        throw error(
          step, "the input '\(field.name)' of '\(predictor.name)' is nowhere",
          "with: {\(field.name): \"…\"}, or a field of this name")
      }
      inputs.append((field.name, template))
    }
    return inputs
  }
}
