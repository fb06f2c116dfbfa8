import Testing

@testable import Sweep

@Suite struct NearestNameTests {
    @Test(arguments: [
        ("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("minst", "mnist", 1), ("ab", "ba", 1),
        ("epochs", "epoch", 1),
    ])
    func editDistances(a: String, b: String, distance: Int) {
        #expect(editDistance(Array(a), Array(b)) == distance)
    }

    @Test(arguments: [
        ("learning_rate", "learning-rate"), ("Learning-Rate", "learning-rate"), ("momentun", "momentum"),
        ("mom", "momentum"), ("zzz", nil), ("", nil), ("mo", nil), (String(repeating: "m", count: 100_000), nil),
    ])
    func suggestions(word: String, name: String?) {
        #expect(nearestName(to: word, among: ["learning-rate", "momentum", "weight-decay"]) == name)
    }
}
