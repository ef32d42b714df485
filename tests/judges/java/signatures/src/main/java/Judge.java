import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;

/**
 * Judges signed files with EU DSS and its default policy; nothing is fetched.
 *
 * <p>Arguments: the trusted root (DER), its revocation list (DER), the time of validation (ISO 8601), and a
 * file of lines with tabs between: the signed file, then for each detached file its name and its place. One
 * line comes out for each signature of each, with tabs: number of the line, indication, sub-indication,
 * format, then what is wrong. A file that is none of its formats gives one line with the word REFUSED.
 */
public final class Judge {
    public static void main(String[] arguments) throws Exception {
        CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
        trusted.addCertificate(DSSUtils.loadCertificate(new File(arguments[0])));
        CommonCertificateVerifier verifier = new CommonCertificateVerifier(true);
        verifier.setTrustedCertSources(trusted);
        verifier.setCrlSource(new ExternalResourcesCRLSource(Files.newInputStream(Path.of(arguments[1]))));
        Date at = Date.from(Instant.parse(arguments[2]));
        List<String> cases = Files.readAllLines(Path.of(arguments[3]), StandardCharsets.UTF_8);
        StringBuilder answers = new StringBuilder();
        for (int number = 0; number < cases.size(); number++) {
            for (String answer : judged(cases.get(number).split("\t"), verifier, at)) {
                answers.append(number).append('\t').append(answer.replace('\n', ' ')).append('\n');
            }
        }
        System.out.write(answers.toString().getBytes(StandardCharsets.UTF_8));
        System.out.flush();
    }

    private static List<String> judged(String[] line, CommonCertificateVerifier verifier, Date at) {
        List<DSSDocument> detached = new ArrayList<>();
        for (int index = 1; index + 1 < line.length; index += 2) {
            DSSDocument document = new FileDocument(line[index + 1]);
            document.setName(line[index]);
            detached.add(document);
        }
        List<String> answers = new ArrayList<>();
        try {
            SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(line[0]));
            validator.setCertificateVerifier(verifier);
            validator.setValidationTime(at);
            validator.setDetachedContents(detached);
            Reports reports = validator.validateDocument();
            SimpleReport report = reports.getSimpleReport();
            for (String id : report.getSignatureIdList()) {
                List<String> wrong = new ArrayList<>();
                report.getAdESValidationErrors(id).forEach(one -> wrong.add(one.getValue()));
                report.getAdESValidationWarnings(id).forEach(one -> wrong.add("(" + one.getValue() + ")"));
                answers.add(String.join("\t",
                    String.valueOf(report.getIndication(id)),
                    String.valueOf(report.getSubIndication(id)),
                    String.valueOf(report.getSignatureFormat(id)),
                    String.join("; ", wrong)));
            }
        } catch (RuntimeException refused) {
            answers.add("REFUSED\t\t\t" + refused);
        }
        return answers;
    }
}
