// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite(.enabled(if: CommandRunner.isBuilt, CommandRunner.notBuilt))
struct StudyPictureTests {
  /// Whether a text is XML, and the words that a reader of it sees.
  private final class Words: NSObject, XMLParserDelegate {
    var texts: [String] = []
    var elements: Set<String> = []

    func parser(_ parser: XMLParser, foundCharacters string: String) { texts.append(string) }

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) { elements.insert(name) }
  }

  static let nasty = "<script>alert('1')</script> \"&\u{1}\n"

  /// Every kind of value in every place where it could go wrong.
  private static func file() throws -> String {
    var journal = StudyJournal()
    journal.study(nasty)
    let choices = StudyJournal.distribution(
      "Categorical", ["choices": [.string(nasty), "</svg><script>", .null, "\u{0}'\"<img onerror=x>"]])
    for k in 0..<40 {
      let u = (Double(k) * 0.618).truncatingRemainder(dividingBy: 1)
      journal.trial(
        k % 9 == 8 ? 2 : k % 13 == 12 ? 3 : 1, k % 9 == 8 || k % 13 == 12 ? [] : [u * u + Double(k % 4)],
        [
          (nasty, 1e-4 + 0.9 * u, StudyJournal.rate), ("c" + nasty, Double(k % 4), choices),
          ("layers", 1 + Double(k % 8), StudyJournal.layers),
        ],
        constraints: k == 7 ? [1] : [], steps: (0..<5).map { 5 - Double($0) * u }, second: k)
    }
    // What a plot could stumble over.
    for value in [Double.infinity, -.infinity, 1e300] { journal.trial(1, [value], second: 50) }
    return try journal.file()
  }

  @Test(arguments: ["history", "parallel", "slice", "importance", "intermediate"])
  func picturesAreTextWhateverNamesHold(_ kind: String) throws {
    let path = try Scratch.folder().appendingPathComponent("p.svg").path
    let ending = try StudyCommandTests.study("plot", try Self.file(), [path, "--kind", kind])
    #expect(ending.code == 0, "\(ending.error)")
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    let (parser, words) = (XMLParser(data: data), Words())
    parser.delegate = words
    #expect(parser.parse(), "\(kind): \(parser.parserError.map { "\($0)" } ?? "")")
    #expect(!words.elements.contains("script") && !words.elements.contains("img") && words.elements.contains("text"))
    #expect(words.texts.joined().contains("<script>alert('1')</script>"))
    let text = String(decoding: data, as: UTF8.self)
    #expect(!text.contains("nan") && !text.contains("inf\""), "\(kind)")
    #expect(text.contains("prefers-color-scheme: dark"))
  }

  @Test func thePageHasAll() throws {
    let path = try Scratch.folder().appendingPathComponent("p.html").path
    #expect(try StudyCommandTests.study("plot", try Self.file(), [path]).code == 0)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    // Nothing comes from elsewhere: the only address is the name of SVG.
    let addresses = text.components(separatedBy: "http").count
    #expect(addresses == text.components(separatedBy: "http://www.w3.org/2000/svg").count)
    #expect(!text.contains("<script") && !text.contains("<img"))
    for heading in ["History", "Parallel coordinates", "Slices", "Importance", "Intermediate values", "Best trial"] {
      #expect(text.contains("<h2>\(heading)</h2>"), "\(heading)")
    }
    #expect(text.components(separatedBy: "<svg").count == 6)
  }

  @Test(arguments: [2, 3, 4]) func fronts(_ m: Int) throws {
    var journal = StudyJournal()
    journal.study("f", (0..<m).map { 1 + $0 % 2 })
    for k in 0..<30 { journal.trial(1, (0..<m).map { Double((k + 1) * (7 + 4 * $0) % 31) }) }
    let file = try journal.file()
    let path = try Scratch.folder().appendingPathComponent("p.svg").path
    #expect(try StudyCommandTests.study("plot", file, [path, "--kind", "front"]).code == 0)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    if m < 4 { #expect(text.components(separatedBy: "(maximize)").count == (m == 2 ? 2 : 3)) }
    let page = try Scratch.folder().appendingPathComponent("p.html").path
    #expect(try StudyCommandTests.study("plot", file, [page]).code == 0)
    // There are no parameters and no curves: the page says so in words.
    let words = try String(contentsOfFile: page, encoding: .utf8)
    #expect(words.contains("have no parameters") && words.contains("no trial of f has reported values"))
  }

  @Test func importance() throws {
    let file = try StudyJournal.wing().file()
    let json = try StudyCommandTests.study("importance", file, ["--format", "json", "--trees", "16"]).json()
    #expect(json["schema"] == "gradus.importance/1" && json["trials"] == 24 && json["rough"] == true)
    let shares = json["parameters"]?.elements?.compactMap { $0["share"]?.double } ?? []
    #expect(shares.count == 3 && shares == shares.sorted(by: >) && shares.allSatisfy { (0...1).contains($0) })
    let text = try StudyCommandTests.study("importance", file, ["--parameters", "lr", "--trees", "16"]).out
    #expect(text.contains("24 complete trials, seed 0") && text.contains("together"))
  }
}
