// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// Files that state a problem: the extension says the format.
public enum ModelFile {
  /// A problem and what the reader has to say about choices it made.
  public struct Reading: Sendable {
    public var form: StandardForm
    public var notes: [String]
  }

  /// The extensions that are read, in lower case; matched without regard to case, before `.gz`.
  public static var knownExtensions: [String] { ModelFormat.allCases.flatMap(\.extensions) }

  /// The problem in the file at `path`.
  ///
  /// - Throws: `ReadError` with the place of the mistake; `MissingComponent` for a compressed file where zlib is missing.
  public static func read(path: String) throws -> StandardForm { try reading(path: path).form }

  /// The linear, quadratic or mixed-integer program in the file at `path`, with remarks.
  public static func reading(path: String) throws -> Reading {
    let content = try contents(path: path)
    return Reading(form: try linear(content, path), notes: content.notes)
  }

  /// The problem in a text that is at hand; `path` is what errors call it.
  public static func parse(text: String, format: ModelFormat, path: String = "input") throws(ReadError) -> Reading {
    try parse(FileBytes(path: path, text: text), format)
  }

  package static func parse(_ file: FileBytes, _ format: ModelFormat) throws(ReadError) -> Reading {
    let content = try contents(file, format)
    return Reading(form: try linear(content, file.path), notes: content.notes)
  }

  /// The problem in the file at `path`, in the form that its format states.
  public static func contents(path: String) throws -> ModelContents {
    guard let format = ModelFormat(path: path) else { throw unknownExtension(path) }
    if format == .nl {
      let file = try NLFile.read(path: path)
      return ModelContents(problem: .program(file.program), notes: file.notes)
    }
    return try contents(try FileBytes.load(path), format)
  }

  /// The problem in bytes that are at hand; `path` is what errors call them.
  public static func contents(
    bytes: [UInt8], format: ModelFormat, path: String = "input"
  ) throws(ReadError) -> ModelContents {
    try contents(FileBytes(path: path, content: bytes), format)
  }

  package static func contents(_ file: FileBytes, _ format: ModelFormat) throws(ReadError) -> ModelContents {
    switch format {
    case .mps:
      let (form, notes) = try MPSReader.read(file)
      return ModelContents(problem: .form(form), notes: notes)
    case .lp:
      let (form, notes) = try LPReader.read(file)
      return ModelContents(problem: .form(form), notes: notes)
    case .nl:
      let read = try NLFile.parse(file)
      return ModelContents(problem: .program(read.program), notes: read.notes)
    case .sif:
      let read = try SIFReader.read(file)
      return ModelContents(problem: .program(read.program), notes: read.notes)
    case .yaml, .json:
      let read = try FiveElementModel.parse(file, format == .yaml ? .yaml : .json)
      return ModelContents(problem: .program(read.program), notes: read.notes)
    case .mof: return try MOFReader.read(file)
    }
  }

  private static func linear(_ contents: ModelContents, _ path: String) throws(ReadError) -> StandardForm {
    do throws(FormError) { return try contents.standardForm() } catch {
      throw ReadError(
        file: path, line: 1, column: 1, cause: "\(error)", expected: "a linear, quadratic or mixed-integer program")
    }
  }

  private static func unknownExtension(_ path: String) -> ReadError {
    let found = fileExtension(of: path).format
    let known = knownExtensions.map { ".\($0)" }.joined(separator: ", ")
    return ReadError(
      file: path, cause: found.isEmpty ? "the file has no extension" : "the extension .\(found) is unknown",
      expected: "one of \(known), each also with .gz")
  }

  /// The last extension before `.gz`, in lower case.
  package static func fileExtension(of path: String) -> (format: String, isCompressed: Bool) {
    let name = path.split(separator: "/").last ?? ""
    var parts = name.split(separator: ".", omittingEmptySubsequences: false).map { $0.lowercased() }
    let isCompressed = parts.count > 1 && parts.last == "gz"
    if isCompressed { parts.removeLast() }
    return (parts.count > 1 ? parts[parts.count - 1] : "", isCompressed)
  }

  /// True for `.mof.json`, the one format with two extensions.
  static func isMathOptFormat(_ path: String) -> Bool {
    let name = (path.split(separator: "/").last ?? "").lowercased()
    return name.hasSuffix(".mof.json") || name.hasSuffix(".mof.json.gz")
  }
}
