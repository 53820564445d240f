// SPDX-License-Identifier: Apache-2.0

/// Sets, parameters, variables, an objective and constraints in a `.yaml` or `.json` file: the form in which people and
/// language models state a problem.
///
/// The language is described in `Documentation/five-element-models.md`. Reading is strict and total: every refusal has a
/// line, a column, a cause and a remedy. Sizes: `DocumentLimits`, `ExpansionLimits`.
public enum FiveElementModel {
  /// How the text is written.
  public enum Notation: String, Sendable, Hashable, CaseIterable { case yaml, json }

  /// A program and what the reader has to say about it, for instance which conditions it linearised and with which big-M.
  public struct Reading: Sendable {
    public var program: FormulaProgram
    public var notes: [String]
  }

  /// The model in the file at `path`; `.json` is read as JSON, everything else as YAML.
  ///
  /// - Throws: `ReadError` with the place of the mistake; `MissingComponent` for a compressed file where zlib is missing.
  public static func read(path: String) throws -> Reading {
    let notation: Notation = ModelFile.fileExtension(of: path).format == "json" ? .json : .yaml
    return try parse(try FileBytes.load(path), notation)
  }

  /// The model in a text that is at hand; `path` is what errors call it, and tables are looked for beside it.
  public static func parse(
    text: String, notation: Notation = .yaml, path: String = "input"
  ) throws(ReadError) -> Reading {
    try parse(FileBytes(path: path, text: text), notation)
  }

  package static func parse(
    _ file: FileBytes, _ notation: Notation, limits: ExpansionLimits = ExpansionLimits()
  ) throws(ReadError) -> Reading {
    let source = try SourceText(file)
    let root = notation == .json ? try JSONDocument.read(source) : try YAMLReader.read(source)
    let reader = reader(source, file, limits)
    let program = try reader.program(root)
    return Reading(program: program, notes: reader.notes)
  }

  static func reader(_ source: SourceText, _ file: FileBytes, _ limits: ExpansionLimits) -> FiveElementReader {
    let directory = file.path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    let isRooted = file.path.hasPrefix("/") && directory.isEmpty
    return FiveElementReader(source, directory: isRooted ? "/" : directory, limits: limits)
  }
}
