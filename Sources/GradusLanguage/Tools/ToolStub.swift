// SPDX-License-Identifier: Apache-2.0
public import GradusPrograms

/// A function of the MiniVM in the place of a tool: its types, and an answer of the right shape. It calls nothing.
public struct ToolStub: Sendable, Hashable {
  /// What a stub may use when it is tried.
  public static let limits = MiniLimits(steps: 10_000, cells: 10_000, depth: 50)

  /// The tool's own name.
  public var tool: String
  /// Its name in programs.
  public var name: String
  public var parameters: [MiniFunction.Parameter]
  public var result: MiniType
  /// What it does, on one line.
  public var summary: String
  /// What it answers, whatever it is given.
  public var answer: MiniValue

  /// One that was written by hand, from its first line. Throws where that is none.
  public init(_ signature: String, for tool: ToolDescription) throws(PredictionFault) {
    let function = try Self.function(signature + " {}", for: tool)
    self.init(function, tool, answer: .example(of: function.result))
  }

  /// One that a model has written: accepted when it is one function of the expected name that runs by itself, within `limits`, on
  /// arguments of its types. Throws what is wrong with it.
  public init(written text: String, for tool: ToolDescription) throws(PredictionFault) {
    let function = try Self.function(text, for: tool)
    let code: MiniCode
    do { code = try MiniCode(MiniProgram([function])) } catch { throw PredictionFault("\(error)") }
    let run = code.run(function.name, function.parameters.map { .example(of: $0.type) }, limits: Self.limits)
    switch run.end {
    case .value(let answer): self.init(function, tool, answer: answer)
    case .fault(let fault): throw PredictionFault("\(fault)")
    }
  }

  private init(_ function: MiniFunction, _ tool: ToolDescription, answer: MiniValue) {
    self.tool = tool.name
    name = function.name
    parameters = function.parameters
    result = function.result
    summary = tool.text.split(whereSeparator: \.isNewline).joined(separator: " ")
    self.answer = answer
  }

  private static func function(_ text: String, for tool: ToolDescription) throws(PredictionFault) -> MiniFunction {
    let program: MiniProgram
    do { program = try MiniProgram(parsing: text) } catch { throw PredictionFault("\(error)") }
    guard program.functions.count == 1 else {
      throw PredictionFault("there are \(program.functions.count) functions; write one")
    }
    let name = MiniName.from(tool.name)
    guard program.functions[0].name == name else {
      throw PredictionFault("line 1: the function is named '\(program.functions[0].name)'; name it '\(name)'")
    }
    return program.functions[0]
  }

  /// Its first line.
  public var signature: String { MiniFunction(name, parameters, result: result, body: []).signature }

  /// As a model is shown it.
  public var text: String { "// \(summary)\n\(signature)" }

  var miniTool: MiniTool { MiniTool(name, parameters, result: result, summary: summary) { [answer] _ in answer } }
}
