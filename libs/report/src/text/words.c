/* text/words.c: see jw/report_words.h. One row a word, one column a language. Any thread, no state.
 */
#include "jw/report_words.h"
#include "text/language.h"

/* In the order of jw_languages. */
static const char *const words[JW_WORD_N][JW_N_LANGUAGES] = {
    [JW_WORD_SUMMARY] = { "Summary", "Übersicht", "Résumé", "Resumen", "Özet" },
    [JW_WORD_FIGURE] = { "Figure", "Kennzahl", "Indicateur", "Indicador", "Gösterge" },
    [JW_WORD_VALUE] = { "Value", "Wert", "Valeur", "Valor", "Değer" },
    [JW_WORD_PREVIOUS] = { "Previous", "Zuvor", "Précédent", "Anterior", "Önceki" },
    [JW_WORD_DIFFERENCE] = { "Difference", "Differenz", "Écart", "Diferencia", "Fark" },
    [JW_WORD_CHANGE] = { "Change", "Änderung", "Évolution", "Variación", "Değişim" },
    [JW_WORD_PREVIOUS_OF] = { "{1}, previous", "{1}, zuvor", "{1}, précédent", "{1}, anterior",
                              "{1}, önceki" },
    [JW_WORD_DIFFERENCE_OF] = { "{1}, difference", "{1}, Differenz", "{1}, écart",
                                "{1}, diferencia", "{1}, fark" },
    [JW_WORD_CHANGE_OF] = { "{1}, change", "{1}, Änderung", "{1}, évolution", "{1}, variación",
                            "{1}, değişim" },
    [JW_WORD_VS] = { "vs {1}", "ggü. {1}", "par rapport à {1}", "frente a {1}", "önceki: {1}" },
    [JW_WORD_BEFORE] = { "{1} before", "zuvor {1}", "{1} auparavant", "antes {1}", "önceden {1}" },
    [JW_WORD_UNCHANGED] = { "unchanged", "unverändert", "inchangé", "sin cambios", "değişmedi" },
    [JW_WORD_COMPARED] = { "Compared with {1}", "Verglichen mit {1}", "Comparé à {1}",
                           "Comparado con {1}", "Karşılaştırılan: {1}" },
    [JW_WORD_LEFT_OUT] = { "{1}: {2} of the period before have nothing beside them and are not in "
                           "this table.",
                           "{1}: {2} des Zeitraums davor haben kein Gegenstück und fehlen in "
                           "dieser Tabelle.",
                           "{1} : {2} de la période précédente n’ont pas de vis-à-vis et ne "
                           "figurent pas dans ce tableau.",
                           "{1}: {2} del período anterior no tienen equivalente y no figuran en "
                           "esta tabla.",
                           "{1}: önceki dönemden {2} kaydın karşılığı yok; bu tabloda yer "
                           "almıyorlar." },
    [JW_WORD_TOTAL] = { "Total", "Gesamt", "Total", "Total", "Toplam" },
    [JW_WORD_SUBTOTAL] = { "{1}, total", "{1}, gesamt", "{1}, total", "{1}, total", "{1}, toplam" },
    [JW_WORD_NO_VALUE] = { "(none)", "(ohne)", "(aucun)", "(ninguno)", "(yok)" },
    [JW_WORD_OTHER] = { "(other)", "(andere)", "(autres)", "(otros)", "(diğer)" },
    [JW_WORD_NOTHING] = { "n/a", "k. A.", "n. d.", "n. d.", "yok" },
    [JW_WORD_ESTIMATED] = { "estimated", "geschätzt", "estimé", "estimado", "tahmini" },
    [JW_WORD_GOOD] = { "good", "gut", "bon", "bueno", "iyi" },
    [JW_WORD_WARN] = { "attention", "Achtung", "attention", "atención", "dikkat" },
    [JW_WORD_BAD] = { "bad", "schlecht", "mauvais", "malo", "kötü" },
    [JW_WORD_YES] = { "yes", "ja", "oui", "sí", "evet" },
    [JW_WORD_NO] = { "no", "nein", "non", "no", "hayır" },
    [JW_WORD_PERIOD] = { "Period", "Zeitraum", "Période", "Período", "Dönem" },
    [JW_WORD_ALL_RECORDS] = { "all records", "alle Datensätze", "tous les enregistrements",
                              "todos los registros", "tüm kayıtlar" },
    [JW_WORD_TIME_ZONE] = { "Time zone", "Zeitzone", "Fuseau horaire", "Zona horaria",
                            "Saat dilimi" },
    [JW_WORD_FILTERS] = { "Filters", "Filter", "Filtres", "Filtros", "Filtreler" },
    [JW_WORD_PART] = { "Only a part of the records", "Nur ein Teil der Datensätze",
                       "Une partie seulement des enregistrements",
                       "Solo una parte de los registros", "Kayıtların yalnızca bir bölümü" },
    [JW_WORD_PART_SHORT] = { "part of the records", "Teil der Datensätze",
                             "partie des enregistrements", "parte de los registros",
                             "kayıtların bir bölümü" },
    [JW_WORD_AND_MORE] = { "{1} and {2} more", "{1} und {2} weitere", "{1} et {2} de plus",
                           "{1} y {2} más", "{1} ve {2} tane daha" },
    [JW_WORD_INACTIVE] = { "Inactive records are included.", "Inaktive Datensätze sind enthalten.",
                           "Les enregistrements inactifs sont inclus.",
                           "Se incluyen los registros inactivos.",
                           "Etkin olmayan kayıtlar da dahildir." },
    [JW_WORD_REQUESTED_BY] = { "Requested by {1}", "Angefordert von {1}", "Demandé par {1}",
                               "Solicitado por {1}", "İsteyen: {1}" },
    [JW_WORD_MADE_AT] = { "Made at {1}", "Erstellt am {1}", "Établi le {1}", "Generado el {1}",
                          "Oluşturulma: {1}" },
    [JW_WORD_NOTES] = { "Notes", "Hinweise", "Remarques", "Notas", "Notlar" },
    [JW_WORD_PAGE_OF] = { "Page {1} of {2}", "Seite {1} von {2}", "Page {1} sur {2}",
                          "Página {1} de {2}", "Sayfa {1} / {2}" },
    [JW_WORD_CONTINUED] = { "{1} (continued)", "{1} (Fortsetzung)", "{1} (suite)",
                            "{1} (continuación)", "{1} (devam)" },
    [JW_WORD_CONTENTS] = { "Contents", "Inhalt", "Sommaire", "Contenido", "İçindekiler" },
    [JW_WORD_BY] = { "By {1}", "Nach {1}", "Par {1}", "Por {1}", "{1} bazında" },
    [JW_WORD_RECORDS] = { "Records", "Datensätze", "Enregistrements", "Registros", "Kayıtlar" },
    [JW_WORD_RECORD_ONE] = { "{1} record", "{1} Datensatz", "{1} enregistrement", "{1} registro",
                             "{1} kayıt" },
    [JW_WORD_RECORD_OTHER] = { "{1} records", "{1} Datensätze", "{1} enregistrements",
                               "{1} registros", "{1} kayıt" },
    [JW_WORD_RECORDS_READ] = { "{1} read", "{1} gelesen", "{1} lus", "{1} leídos", "{1} okundu" },
    [JW_WORD_NO_DATA] = { "No data in this period", "Keine Daten in diesem Zeitraum",
                          "Aucune donnée pour cette période", "Sin datos en este período",
                          "Bu dönemde veri yok" },
    [JW_WORD_NO_RECORDS] = { "No records in this period", "Keine Datensätze in diesem Zeitraum",
                             "Aucun enregistrement pour cette période",
                             "Sin registros en este período", "Bu dönemde kayıt yok" },
    [JW_WORD_CHART] = { "Chart", "Diagramm", "Graphique", "Gráfico", "Grafik" },
    [JW_WORD_REPORT] = { "Report", "Bericht", "Rapport", "Informe", "Rapor" },
    [JW_WORD_WEEKLY_REPORT] = { "Weekly report", "Wochenbericht", "Rapport hebdomadaire",
                                "Informe semanal", "Haftalık rapor" },
    [JW_WORD_MONTHLY_REPORT] = { "Monthly report", "Monatsbericht", "Rapport mensuel",
                                 "Informe mensual", "Aylık rapor" },
    [JW_WORD_MOST_AT] = { "most at {1} ({2})", "am meisten bei {1} ({2})", "maximum à {1} ({2})",
                          "máximo en {1} ({2})", "en çok: {1} ({2})" },
    [JW_WORD_LEAST_AT] = { "least at {1} ({2})", "am wenigsten bei {1} ({2})",
                           "minimum à {1} ({2})", "mínimo en {1} ({2})", "en az: {1} ({2})" },
    [JW_WORD_ATTACHED_FILE] = { "Attached file", "Angehängte Datei", "Fichier joint",
                                "Archivo adjunto", "Ekli dosya" },
    [JW_WORD_REPORT_FILE] = { "Report file", "Berichtsdatei", "Fichier du rapport",
                              "Archivo del informe", "Rapor dosyası" },
    [JW_WORD_TOO_LARGE] = { "The file is too large for a mail.",
                            "Die Datei ist zu groß für eine E-Mail.",
                            "Le fichier est trop volumineux pour un e-mail.",
                            "El archivo es demasiado grande para un correo.",
                            "Dosya bir e-posta için çok büyük." },
    [JW_WORD_DOWNLOAD] = { "Download the report", "Bericht herunterladen", "Télécharger le rapport",
                           "Descargar el informe", "Raporu indir" },
    [JW_WORD_LINK_UNTIL] = { "The link works until {1}.", "Der Link gilt bis {1}.",
                             "Le lien est valable jusqu’au {1}.",
                             "El enlace es válido hasta el {1}.", "Bağlantının geçerliliği: {1}." },
    [JW_WORD_NO_SIGN_IN] = { "It needs no sign-in: pass it on only to people who may see the "
                             "report.",
                             "Er braucht keine Anmeldung: Geben Sie ihn nur an Personen weiter, "
                             "die den Bericht sehen dürfen.",
                             "Il ne demande pas de connexion : ne le transmettez qu’aux personnes "
                             "autorisées à voir le rapport.",
                             "No requiere iniciar sesión: compártalo solo con quienes puedan ver "
                             "el informe.",
                             "Oturum açmak gerekmez: yalnızca raporu görebilecek kişilerle "
                             "paylaşın." },
    [JW_WORD_SENT_BY] = { "This mail was sent automatically by Jobwire for the job {1}",
                          "Diese E-Mail wurde automatisch von Jobwire für den Auftrag {1} gesendet",
                          "Cet e-mail a été envoyé automatiquement par Jobwire pour la tâche {1}",
                          "Jobwire envió este correo automáticamente para la tarea {1}",
                          "Bu e-posta {1} işi için Jobwire tarafından otomatik olarak gönderildi" },
    [JW_WORD_FIRST_OF] = { "Only the first {1} of {2} records are shown here; a workbook, CSV or "
                           "JSON file has all.",
                           "Hier stehen nur die ersten {1} von {2} Datensätzen; eine "
                           "Arbeitsmappe, CSV- oder JSON-Datei hat alle.",
                           "Seuls les {1} premiers enregistrements sur {2} figurent ici ; un "
                           "classeur, un fichier CSV ou JSON les contient tous.",
                           "Aquí solo se muestran los primeros {1} de {2} registros; un libro, un "
                           "archivo CSV o JSON los contiene todos.",
                           "Burada {2} kaydın yalnızca ilk {1} kadarı gösterilir; çalışma kitabı, "
                           "CSV veya JSON dosyasında hepsi vardır." },
    [JW_WORD_NOT] = { "not {1}", "nicht {1}", "sauf {1}", "no {1}", "{1} değil" },
    [JW_WORD_FROM_TO] = { "{1} to {2}", "{1} bis {2}", "{1} à {2}", "{1} a {2}", "{1} – {2}" },
    [JW_WORD_FROM] = { "from {1}", "ab {1}", "à partir de {1}", "desde {1}", "en az {1}" },
    [JW_WORD_UP_TO] = { "up to {1}", "bis {1}", "jusqu’à {1}", "hasta {1}", "en çok {1}" },
    [JW_WORD_CONTAINS] = { "contains “{1}”", "enthält „{1}“", "contient « {1} »", "contiene «{1}»",
                           "“{1}” içerir" },
    [JW_WORD_POINTS] = { "pp", "PP", "pt", "p. p.", "puan" },
    [JW_WORD_PRINTED] = { "Printing a sheet of the list stops after {1} rows; the file has all "
                          "{2}.",
                          "Der Druck eines Blattes der Liste endet nach {1} Zeilen; die Datei hat "
                          "alle {2}.",
                          "L’impression d’une feuille de la liste s’arrête après {1} lignes ; le "
                          "fichier contient tous les {2}.",
                          "La impresión de una hoja de la lista termina tras {1} filas; el archivo "
                          "contiene todos los {2}.",
                          "Listenin bir sayfasının yazdırılması {1} satırdan sonra biter; dosyada "
                          "{2} bulunur." },
    [JW_WORD_NOTE_COMPUTED] = { "{1}: marked with ≈ where it is made of estimates.",
                                "{1}: mit ≈ markiert, wo der Wert aus Schätzungen gebildet ist.",
                                "{1} : marqué par ≈ là où la valeur est faite d’estimations.",
                                "{1}: marcado con ≈ donde se compone de estimaciones.",
                                "{1}: tahminlerden hesaplandığı yerlerde ≈ ile işaretlidir." },
    [JW_WORD_NOTE_DISTINCT] = { "{1}: marked with ≈ where there are too many different values to "
                                "keep each of them; the standard error is {2}.",
                                "{1}: mit ≈ markiert, wo es zu viele verschiedene Werte gibt, um "
                                "jeden zu behalten; der Standardfehler beträgt {2}.",
                                "{1} : marqué par ≈ là où il y a trop de valeurs différentes pour "
                                "les garder toutes ; l’erreur type est de {2}.",
                                "{1}: marcado con ≈ donde hay demasiados valores distintos para "
                                "guardarlos todos; el error estándar es del {2}.",
                                "{1}: her biri saklanamayacak kadar çok farklı değer olan yerlerde "
                                "≈ ile işaretlidir; standart hata {2}." },
    [JW_WORD_NOTE_QUANTILE] = { "{1}: marked with ≈ where there are too many values to keep each "
                                "of them; its place among them is right to about {2}.",
                                "{1}: mit ≈ markiert, wo es zu viele Werte gibt, um jeden zu "
                                "behalten; sein Platz unter ihnen stimmt auf etwa {2}.",
                                "{1} : marqué par ≈ là où il y a trop de valeurs pour les garder "
                                "toutes ; son rang parmi elles est juste à {2} près environ.",
                                "{1}: marcado con ≈ donde hay demasiados valores para guardarlos "
                                "todos; su posición entre ellos es exacta a un {2} aprox.",
                                "{1}: her biri saklanamayacak kadar çok değer olan yerlerde ≈ ile "
                                "işaretlidir; aralarındaki yeri yaklaşık {2} doğrudur." },
    [JW_WORD_NOTE_FOLDED] = { "{1}: the most frequent combinations have rows of their own; all "
                              "others are counted under (other).",
                              "{1}: Die häufigsten Kombinationen haben eigene Zeilen; alle "
                              "übrigen sind unter (andere) gezählt.",
                              "{1} : les combinaisons les plus fréquentes ont leur propre ligne ; "
                              "toutes les autres sont comptées sous (autres).",
                              "{1}: las combinaciones más frecuentes tienen filas propias; todas "
                              "las demás se cuentan en (otros).",
                              "{1}: en sık görülen birleşimlerin kendi satırları vardır; "
                              "diğerlerinin tümü (diğer) altında sayılır." },
    [JW_WORD_NOTE_ACROSS] = { "{1}: the {2} most frequent groups have columns of their own; all "
                              "others are counted under (other).",
                              "{1}: Die {2} häufigsten Gruppen haben eigene Spalten; alle übrigen "
                              "sind unter (andere) gezählt.",
                              "{1} : les {2} groupes les plus fréquents ont leur propre colonne ; "
                              "tous les autres sont comptés sous (autres).",
                              "{1}: los {2} grupos más frecuentes tienen columnas propias; todos "
                              "los demás se cuentan en (otros).",
                              "{1}: en sık görülen {2} grubun kendi sütunları vardır; diğerlerinin "
                              "tümü (diğer) altında sayılır." },
    [JW_WORD_NOTE_FIRST_BY] = { "{1}: only the first by “{2}” have rows of their own; all others "
                                "are counted under (other).",
                                "{1}: Nur die ersten nach „{2}“ haben eigene Zeilen; alle übrigen "
                                "sind unter (andere) gezählt.",
                                "{1} : seuls les premiers selon « {2} » ont leur propre ligne ; "
                                "tous les autres sont comptés sous (autres).",
                                "{1}: solo los primeros según «{2}» tienen filas propias; todos "
                                "los demás se cuentan en (otros).",
                                "{1}: yalnızca “{2}” ölçüsüne göre ilk gelenlerin kendi satırları "
                                "vardır; diğerlerinin tümü (diğer) altında sayılır." },
    [JW_WORD_NOTE_CAPPED] = { "{1}: only the {2} most frequent values have groups of their own; "
                              "all others are counted under (other).",
                              "{1}: Nur die {2} häufigsten Werte haben eigene Gruppen; alle "
                              "übrigen sind unter (andere) gezählt.",
                              "{1} : seules les {2} valeurs les plus fréquentes ont leur propre "
                              "groupe ; toutes les autres sont comptées sous (autres).",
                              "{1}: solo los {2} valores más frecuentes tienen grupo propio; "
                              "todos los demás se cuentan en (otros).",
                              "{1}: yalnızca en sık görülen {2} değerin kendi grubu vardır; "
                              "diğerlerinin tümü (diğer) altında sayılır." },
    [JW_WORD_NOTE_TOLD_APART] = { "{1}: there are too many different values to tell all of them "
                                  "apart; all after the first {2} are counted under (other).",
                                  "{1}: Es gibt zu viele verschiedene Werte, um alle zu "
                                  "unterscheiden; alle nach den ersten {2} sind unter (andere) "
                                  "gezählt.",
                                  "{1} : il y a trop de valeurs différentes pour les distinguer "
                                  "toutes ; toutes celles après les {2} premières sont comptées "
                                  "sous (autres).",
                                  "{1}: hay demasiados valores distintos para diferenciarlos "
                                  "todos; los posteriores a los primeros {2} se cuentan en "
                                  "(otros).",
                                  "{1}: tümünü ayırt etmek için çok fazla farklı değer var; ilk "
                                  "{2} değerden sonrakilerin tümü (diğer) altında sayılır." },
    [JW_WORD_NOTE_NO_NAMES] = { "{1}: “{2}” has no name for any of the values shown.",
                                "{1}: „{2}“ hat für keinen der gezeigten Werte einen Namen.",
                                "{1} : « {2} » n’a de nom pour aucune des valeurs affichées.",
                                "{1}: «{2}» no tiene nombre para ninguno de los valores mostrados.",
                                "{1}: “{2}” içinde gösterilen değerlerin hiçbiri için ad yok." },
    [JW_WORD_NOTE_MANY_NAMES] = { "{1}: only the first {2} names are read; the list shows what is "
                                  "not among them as it is.",
                                  "{1}: Nur die ersten {2} Namen sind gelesen; was nicht darunter "
                                  "ist, zeigt die Liste unverändert.",
                                  "{1} : seuls les {2} premiers noms sont lus ; la liste montre "
                                  "tel quel ce qui n’en fait pas partie.",
                                  "{1}: solo se leen los primeros {2} nombres; la lista muestra "
                                  "tal cual lo que no está entre ellos.",
                                  "{1}: yalnızca ilk {2} ad okunur; bunların arasında olmayanlar "
                                  "listede olduğu gibi gösterilir." },
    [JW_WORD_NO_CALENDAR] = { "a period outside the calendar",
                              "ein Zeitraum außerhalb des Kalenders",
                              "une période hors du calendrier", "un período fuera del calendario",
                              "takvim dışında bir dönem" },
    [JW_WORD_MORE] = { "and {1} more", "und {1} weitere", "et {1} de plus", "y {1} más",
                       "ve {1} tane daha" },
    [JW_WORD_NAME] = { "Name", "Name", "Nom", "Nombre", "Ad" },
    [JW_WORD_TEXT] = { "Text", "Text", "Texte", "Texto", "Metin" },
    [JW_WORD_PERCENT] = { "Percent", "Prozent", "Pourcentage", "Porcentaje", "Yüzde" },
    [JW_WORD_FILE_FIGURES] = { "figures", "Kennzahlen", "indicateurs", "indicadores",
                               "göstergeler" },
    [JW_WORD_FILE_LIST] = { "list", "Liste", "liste", "lista", "liste" },
    [JW_WORD_FILE_NOTES] = { "notes", "Hinweise", "remarques", "notas", "notlar" },
    [JW_WORD_FILE_CUSTOM] = { "Custom_Report", "Bericht", "Rapport", "Informe", "Rapor" },
    [JW_WORD_FILE_WEEKLY] = { "Weekly_Report", "Wochenbericht", "Rapport_hebdomadaire",
                              "Informe_semanal", "Haftalık_Rapor" },
    [JW_WORD_FILE_MONTHLY] = { "Monthly_Report", "Monatsbericht", "Rapport_mensuel",
                               "Informe_mensual", "Aylık_Rapor" },
    [JW_WORD_FILE_COMPLETE] = { "Complete_Report", "Gesamtbericht", "Rapport_complet",
                                "Informe_completo", "Tam_Rapor" },
    [JW_WORD_FILE_PART] = { "part", "Teil", "partie", "parte", "kısmi" },
};

const char *
jw_report_word(JwWord word, const char *language)
{
    const char *loaded = jw_language_word(language, JW_WORDS_REPORT, word);

    return loaded != NULL ? loaded : words[word][jw_language_index(language)];
}

char *
jw_report_word_fill(JwWord word, const char *language, const char *first, const char *second)
{
    return jw_language_fill(jw_report_word(word, language), first, second);
}

char *
jw_report_word_records(int64_t count, const char *language)
{
    const bool one = jw_report_is_one((double)count, language);
    g_autofree char *number = jw_report_count(count, language);

    return jw_report_word_fill(one ? JW_WORD_RECORD_ONE : JW_WORD_RECORD_OTHER, language, number,
                               NULL);
}
