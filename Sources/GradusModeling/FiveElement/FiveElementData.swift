// SPDX-License-Identifier: Apache-2.0

/// The data of a five-element model: the numbers that its parameters are given, one by one, and the program for others.
///
/// Values that are expressions of other parameters are no data: they move with what they are made of.
public struct FiveElementData: Sendable {
  /// One number of a parameter.
  public struct Entry: Sendable, Hashable {
    /// As in `cost[beef]`.
    public let name: String
    public let value: Double
    let parameter: String
    let position: Int
  }

  /// The first numbers in the order of the document, as many as were asked for.
  public let entries: [Entry]
  /// How many there are.
  public let count: Int
  /// The model as it stands.
  public let program: FormulaProgram
  private let source: SourceText
  private let root: DocumentNode
  private let file: FileBytes

  /// Reads the model at `path` and names its first `limit` numbers; nil for files that are no five-element models. Throws
  /// what `FiveElementModel.read(path:)` does.
  public init?(path: String, limit: Int) throws {
    let notation: FiveElementModel.Notation
    switch ModelFormat(path: path) {
    case .yaml: notation = .yaml
    case .json: notation = .json
    default: return nil
    }
    file = try FileBytes.load(path)
    source = try SourceText(file)
    root = notation == .json ? try JSONDocument.read(source) : try YAMLReader.read(source)
    let reader = FiveElementModel.reader(source, file, ExpansionLimits())
    program = try reader.program(root)
    var entries: [Entry] = []
    var count = 0
    for parameter in reader.parameters where !parameter.isComputed {
      count += parameter.values.count
      for (k, value) in parameter.values.prefix(limit - entries.count).enumerated() {
        let member = parameter.domain.arity == 0 ? [] : parameter.domain.member(at: k)
        entries.append(
          Entry(
            name: member.isEmpty ? parameter.name : "\(parameter.name)[\(reader.shown(member))]", value: value,
            parameter: parameter.name, position: k))
      }
    }
    self.entries = entries
    self.count = count
  }

  /// The program with one number moved. Throws `ReadError` where the model cannot be read then, as when a set ends there.
  public func program(moving entry: Entry, by change: Double) throws(ReadError) -> FormulaProgram {
    let reader = FiveElementModel.reader(source, file, ExpansionLimits())
    reader.move = (entry.parameter, entry.position, change)
    return try reader.program(root)
  }
}
