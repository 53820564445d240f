// SPDX-License-Identifier: Apache-2.0

/// `fn name(parameter: Type, …) -> Type { … }`
public struct MiniFunction: Sendable, Hashable {
  /// A named value that a function is given.
  public struct Parameter: Sendable, Hashable {
    public var name: String
    public var type: MiniType

    public init(_ name: String, _ type: MiniType) {
      self.name = name
      self.type = type
    }
  }

  public var name: String
  public var parameters: [Parameter]
  public var result: MiniType
  public var body: [MiniStatement]
  public var place: MiniPlace

  public init(
    _ name: String, _ parameters: [Parameter], result: MiniType, body: [MiniStatement],
    at place: MiniPlace = MiniPlace()
  ) {
    self.name = name
    self.parameters = parameters
    self.result = result
    self.body = body
    self.place = place
  }

  /// Its first line without the brace.
  public var signature: String {
    let list = parameters.map { "\($0.name): \($0.type)" }.joined(separator: ", ")
    return "fn \(name)(\(list)) -> \(result)"
  }
}
