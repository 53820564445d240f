// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusFormulation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The words of a problem: from the command line, a file or standard input.
enum ProblemText {
  /// A problem with numbers and a wish.
  static func read(_ argument: String) throws -> WordProblem {
    let text = try text(argument)
    do { return try WordProblem(text) } catch {
      switch error {
      case .empty: throw Failure(.usage, "\(error)")
      case .tooLong: throw Failure(.unreadable, "\(error)")
      // The command asks back: whoever wrote the text has the answer.
      case .wantsNothing, .unasked, .noNumbers, .several: throw Failure(.unfinished, "\(error)")
      }
    }
  }

  /// A request for a plan, which needs no numbers.
  static func request(_ argument: String) throws -> String {
    let text = try text(argument)
    guard text.contains(where: { !$0.isWhitespace }) else {
      throw Failure(.usage, "the request is empty; say how things are, what can be done, and what shall be reached")
    }
    guard text.utf8.count <= WordProblem.limit else {
      throw Failure(.unreadable, "\(WordProblem.Fault.tooLong(bytes: text.utf8.count))")
    }
    return text
  }

  /// `-` is standard input; an argument without blanks that names a file, or ends as one, is a file; everything else is the text.
  private static func text(_ argument: String) throws -> String {
    if argument == "-" {
      return try bytes(of: STDIN_FILENO, "standard input")
    } else if isFile(argument) {
      let descriptor = open(argument, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else {
        throw ReadError(
          file: argument, cause: String(cString: strerror(errno)), expected: "a file with the problem in words")
      }
      defer { close(descriptor) }
      return try bytes(of: descriptor, argument)
    }
    return argument
  }

  private static func isFile(_ argument: String) -> Bool {
    guard argument.utf8.count <= 4096, !argument.contains(where: \.isNewline) else { return false }
    if access(argument, F_OK) == 0, !argument.isEmpty { return true }
    return !argument.contains(" ") && [".txt", ".md", ".text"].contains { argument.lowercased().hasSuffix($0) }
  }

  /// At most one byte more than a problem may have.
  private static func bytes(of descriptor: Int32, _ name: String) throws -> String {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= WordProblem.limit {
      let count = chunk.withUnsafeMutableBytes { Self.read(descriptor, $0) }
      if count < 0 {
        if errno == EINTR { continue }
        throw ReadError(file: name, cause: String(cString: strerror(errno)), expected: "a text")
      }
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    if bytes.count > WordProblem.limit {
      throw Failure(.unreadable, "\(name): \(WordProblem.Fault.tooLong(bytes: bytes.count))")
    }
    guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
      throw ReadError(file: name, cause: "it is no text in UTF-8", expected: "the problem in words")
    }
    return text
  }

  private static func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    #if canImport(Glibc)
      Glibc.read(descriptor, buffer.baseAddress, buffer.count)
    #else
      Darwin.read(descriptor, buffer.baseAddress, buffer.count)
    #endif
  }
}
