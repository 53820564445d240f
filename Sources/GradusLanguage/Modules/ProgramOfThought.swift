// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import GradusPrograms
public import GradusTrace

/// A language model that does not compute an answer but writes the program that does.
///
///     program = writer(inputs, earlier);   output F = function F of the program, run on the inputs in the MiniVM
///     an error, a limit that is reached or a value that F cannot have is shown and asked again, at most `attempts` times
///
/// For `a: int, b: int -> total: int` the program is one with `fn total(a: Int, b: Int) -> Int`; it may have functions beside. What the
/// model writes is run nowhere but in the MiniVM, which has no files, no network, no clock, and `limits`. Inputs and outputs are of the
/// types `text`, `int`, `float`, `bool`, choices and lists of them. The parameters are those of its predictor.
///
/// **Reference** Chen et al., "Program of Thoughts Prompting" (TMLR 2023); Khattab et al., "DSPy" (2023), section 3.
public struct ProgramOfThought: Sendable {
  public var attempts: Int
  /// What a function may use.
  public var limits: MiniLimits
  public let signature: Signature
  public let writer: Predictor
  private let functions: [MiniFunction]

  /// Throws where a field has a type that the MiniVM does not have, or two fields would have one name there.
  public init(
    _ name: String, _ signature: Signature, attempts: Int = 3,
    limits: MiniLimits = MiniLimits(steps: 100_000, cells: 100_000, depth: 100)
  ) throws(SignatureError) {
    self.attempts = max(1, attempts)
    self.limits = limits
    self.signature = signature
    var parameters: [MiniFunction.Parameter] = []
    for field in signature.inputs { parameters.append(.init(MiniName.from(field.name), try Self.type(of: field))) }
    var functions: [MiniFunction] = []
    for field in signature.outputs {
      functions.append(
        MiniFunction(MiniName.from(field.name), parameters, result: try Self.type(of: field), body: []))
    }
    self.functions = functions
    let names = functions.map(\.name) + parameters.map(\.name)
    if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
      throw SignatureError("two fields are named '\(twice)' in a program", expected: "another name")
    }
    let lines = zip(functions, signature.outputs).map { function, field in
      let told = [field.purpose, Self.choices(field.type)].filter { !$0.isEmpty }.joined(separator: "; ")
      return function.signature + (told.isEmpty ? "" : "  // \(told)")
    }
    writer = Predictor(
      name,
      try Signature(
        inputs: signature.inputs + [CodeDialogue.earlier],
        outputs: [.init("program", purpose: "the program alone")],
        instruction: """
          \(signature.instruction)
          Do not answer: write a program that computes the answer from the inputs, with
          \(lines.joined(separator: "\n"))
          \(MiniLanguageHint.whole)
          """))
  }

  private static func type(of field: Signature.Field) throws(SignatureError) -> MiniType {
    guard let type = type(of: field.type, 0) else {
      throw SignatureError(
        "the field '\(field.name)' is \(field.type)", expected: "text, int, float, bool, a choice, or a list of them")
    }
    return type
  }

  /// nil for a type that the MiniVM does not have.
  private static func type(of type: FieldType, _ depth: Int) -> MiniType? {
    switch type {
    case .text, .choice: .string
    case .whole: .int
    case .number: .float
    case .truth: .bool
    case .list(let element): depth < 7 ? Self.type(of: element, depth + 1).map { .list($0) } : nil
    case .json: nil
    }
  }

  private static func choices(_ type: FieldType) -> String { if case .choice = type { type.hint } else { "" } }

  /// Of its predictor.
  public var parameters: [WorkflowParameter] {
    get throws(WorkflowError) { try writer.parameters }
  }

  /// Asks `model` until a program gives all outputs. What goes wrong last is the value of the node.
  public func callAsFunction(
    _ inputs: KeyValuePairs<String, Traced<String>>, in run: WorkflowTrace, asking model: any ModelService
  ) async throws(WorkflowError) -> Traced<Prediction> {
    let before = run.usage
    let given = inputs.map { (name: $0.key, value: $0.value) }
    // What is no value of its field is the failure of the node that everything else depends on.
    let checked = run.call("inputs", given.map(\.value.id)) { try arguments(given) }
    guard let known = try? checked.value else { return run.call(writer.name, [checked.id]) { Prediction([]) } }
    let values = try await CodeDialogue(writer: writer, attempts: attempts)
      .accepted(writer.name, given, in: run, asking: model) { code throws(PredictionFault) in
        try outputs(of: code, known)
      }
    let after = run.usage
    return run.call("outputs", [values.id]) {
      Prediction(
        try values.value,
        usage: TokenUsage(
          prompt: after.prompt - before.prompt, completion: after.completion - before.completion,
          isEstimate: after.isEstimate))
    }
  }

  private func arguments(_ given: [(name: String, value: Traced<String>)]) throws -> [MiniValue] {
    var values: [MiniValue] = []
    for (field, parameter) in zip(signature.inputs, functions[0].parameters) {
      // One that is missing is reported by the predictor.
      guard let text = try given.first(where: { $0.name == field.name })?.value.value else { continue }
      guard let json = field.type.value(in: text), let value = MiniValue(json: json, as: parameter.type) else {
        throw PredictionFault("the input '\(field.name)' is not \(field.type.hint): '\(ModelFailure.plain(text))'")
      }
      values.append(value)
    }
    return values
  }

  private func outputs(of text: String, _ arguments: [MiniValue]) throws(PredictionFault) -> [JSONValue.Member] {
    let program: MiniProgram
    let code: MiniCode
    do {
      program = try MiniProgram(parsing: text)
      code = try MiniCode(program)
    } catch { throw PredictionFault("\(error)") }
    var values: [JSONValue.Member] = []
    for (function, field) in zip(functions, signature.outputs) {
      let found = program[function.name]
      guard found?.parameters.map(\.type) == function.parameters.map(\.type), found?.result == function.result else {
        throw PredictionFault("there is no \(function.signature)")
      }
      switch code.run(function.name, arguments, limits: limits).end {
      case .fault(let fault): throw PredictionFault("\(function.name): \(fault)")
      case .value(let value):
        let json = value.json
        guard field.type.admits(json) else {
          throw PredictionFault(
            "\(function.name) gives \(ModelFailure.plain(value.description)), which is not \(field.type.hint)")
        }
        values.append(.init(field.name, json))
      }
    }
    return values
  }
}
