// SPDX-License-Identifier: Apache-2.0

/// A function from outside that a program may call like its own: a stub with types, or the real thing.
public struct MiniTool: Sendable {
  public var name: String
  public var parameters: [MiniFunction.Parameter]
  public var result: MiniType
  /// What it does, in words.
  public var summary: String
  /// What it answers; what it throws is a fault of the program's line.
  public var answer: @Sendable ([MiniValue]) throws -> MiniValue

  /// A tool by its signature; `answer` is called once for each call of a program, on the thread of its run.
  public init(
    _ name: String, _ parameters: [MiniFunction.Parameter], result: MiniType, summary: String = "",
    answer: @escaping @Sendable ([MiniValue]) throws -> MiniValue
  ) {
    self.name = name
    self.parameters = parameters
    self.result = result
    self.summary = summary
    self.answer = answer
  }

  /// A stub that calls nothing: it answers with a value of the right shape, the same each time.
  public static func stub(
    _ name: String, _ parameters: [MiniFunction.Parameter], result: MiniType, summary: String = ""
  ) -> MiniTool {
    let dummy = MiniValue.example(of: result)
    return MiniTool(name, parameters, result: result, summary: summary) { _ in dummy }
  }

  /// Reads a stub from its signature, `fn name(parameter: Type) -> Type`. Throws where that is none.
  public static func stub(parsing signature: String, summary: String = "") throws(MiniError) -> MiniTool {
    let program = try MiniProgram(parsing: signature + " {}")
    let function = program.functions[0]
    return stub(function.name, function.parameters, result: function.result, summary: summary)
  }
}
